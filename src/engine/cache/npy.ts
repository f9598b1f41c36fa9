/** The number types that the caches hold, as NumPy describes them (little-endian). */
const DESCRIPTIONS = { float32: '<f4', uint8: '|u1' } as const;
export type NpyType = keyof typeof DESCRIPTIONS;

export const BYTES_PER_VALUE: Readonly<Record<NpyType, number>> = { float32: 4, uint8: 1 };

/**
 * The header of a `.npy` file, version 1.0, row-major: magic, version, length, and a Python dictionary padded with spaces
 * so that the data starts at a multiple of 64 bytes.
 * See https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyHeader(type: NpyType, shape: readonly number[]): Buffer {
  const sizes = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(', ');
  const dictionary = `{'descr': '${DESCRIPTIONS[type]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const before = 10;
  const length = Math.ceil((before + dictionary.length + 1) / 64) * 64;
  const header = Buffer.alloc(length, ' ', 'latin1');
  header.write('\x93NUMPY\x01\x00', 0, 'latin1');
  header.writeUInt16LE(length - before, 8);
  header.write(dictionary, before, 'latin1');
  header.write('\n', length - 1, 'latin1');
  return header;
}
