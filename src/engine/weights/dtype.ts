/** Bytes of a number of each type that files hold; the names are NumPy's, and `bfloat16`. */
export const DTYPE_BYTES = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
} as const;

export type Dtype = keyof typeof DTYPE_BYTES;

/** Whole numbers count or index; weights are floats. */
export function isFloat(dtype: Dtype): boolean {
  return dtype.includes('float');
}

type Read = (view: DataView, at: number) => number;

const READ: Readonly<Record<Dtype, Read>> = {
  float16: (view, at) => view.getFloat16(at, true),
  bfloat16: (view, at) => view.getUint16(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  float64: (view, at) => view.getFloat64(at, true),
  bool: (view, at) => view.getUint8(at),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  int16: (view, at) => view.getInt16(at, true),
  uint16: (view, at) => view.getUint16(at, true),
  int32: (view, at) => view.getInt32(at, true),
  uint32: (view, at) => view.getUint32(at, true),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  uint64: (view, at) => Number(view.getBigUint64(at, true)),
};

/** A bfloat16 is the upper half of a float32. */
function fromBfloat16(view: DataView, count: number): Float32Array {
  const values = new Float32Array(count);
  const bits = new Uint32Array(values.buffer);
  for (let index = 0; index < count; index += 1) bits[index] = view.getUint16(index * 2, true) << 16;
  return values;
}

/** Little-endian numbers as float32; the bytes themselves where they are such numbers and lie as they must. */
export function toFloat32(bytes: Uint8Array<ArrayBuffer>, dtype: Dtype): Float32Array<ArrayBuffer> {
  const count = bytes.length / DTYPE_BYTES[dtype];
  if (dtype === 'float32' && bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'bfloat16') return fromBfloat16(view, count) as Float32Array<ArrayBuffer>;
  const read = READ[dtype];
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 1) values[index] = read(view, index * DTYPE_BYTES[dtype]);
  return values;
}
