import type { Numbers } from '../grey-levels.ts';

/** A kind of numbers in an IDX file. */
export interface IdxType {
  /** As NumPy names it. */
  readonly name: 'uint8' | 'int8' | 'int16' | 'int32' | 'float32' | 'float64';
  /** Of one number. */
  readonly bytes: 1 | 2 | 4 | 8;
  readonly whole: boolean;
}

/** By the third byte of the file (LeCun, "The MNIST database", file formats). */
const TYPES: ReadonlyMap<number, IdxType> = new Map([
  [0x08, { name: 'uint8', bytes: 1, whole: true }],
  [0x09, { name: 'int8', bytes: 1, whole: true }],
  [0x0b, { name: 'int16', bytes: 2, whole: true }],
  [0x0c, { name: 'int32', bytes: 4, whole: true }],
  [0x0d, { name: 'float32', bytes: 4, whole: false }],
  [0x0e, { name: 'float64', bytes: 8, whole: false }],
]);

export const idxType = (code: number): IdxType | null => TYPES.get(code) ?? null;

/** Big-endian numbers as this machine holds them. */
export function idxNumbers({ name }: IdxType, bytes: Uint8Array): Numbers {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (name) {
    case 'uint8':
      return bytes;
    case 'int8':
      return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    case 'int16':
      return Int16Array.from({ length: bytes.length / 2 }, (_, index) => view.getInt16(2 * index));
    case 'int32':
      return Int32Array.from({ length: bytes.length / 4 }, (_, index) => view.getInt32(4 * index));
    case 'float32':
      return Float32Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(4 * index));
    case 'float64':
      return Float64Array.from({ length: bytes.length / 8 }, (_, index) => view.getFloat64(8 * index));
  }
}
