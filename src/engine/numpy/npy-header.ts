/** Magic, version and the length of the dictionary: what stands before it in version 1.0. */
const PREAMBLE_BYTES = 10;
const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** NumPy itself reads no longer ones. */
const LONGEST_DICTIONARY = 10_000;

/** As many bytes of an array as hold its header, whatever its version. */
export const LARGEST_HEADER_BYTES = PREAMBLE_BYTES + 2 + LONGEST_DICTIONARY;

/** The bytes are no header of an array, or describe one that is not read; the caller knows the file and says so. */
export class MalformedHeader extends Error {}

/**
 * The header of a `.npy` file, version 1.0, row-major: magic, version, length, and a Python dictionary padded with spaces
 * so that the data starts at a multiple of 64 bytes.
 * See https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @param description of the numbers, as NumPy has it: `<f4`
 * @param atLeast bytes that it is padded to, so that another shape can take its place
 */
export function npyHeader(description: string, shape: readonly number[], atLeast = 0): Buffer {
  const sizes = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(', ');
  const dictionary = `{'descr': '${description}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.max(Math.ceil((PREAMBLE_BYTES + dictionary.length + 1) / 64) * 64, atLeast);
  const header = Buffer.alloc(length, ' ', 'latin1');
  MAGIC.copy(header);
  header.writeUInt8(1, MAGIC.length);
  header.writeUInt8(0, MAGIC.length + 1);
  header.writeUInt16LE(length - PREAMBLE_BYTES, 8);
  header.write(dictionary, PREAMBLE_BYTES, 'latin1');
  header.write('\n', length - 1, 'latin1');
  return header;
}

/** What a `.npy` file says of its array. */
export interface NpyHeader {
  /** Of the numbers, as NumPy has it: `<f4`. */
  readonly description: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the data begins. */
  readonly bytes: number;
}

const ENTRY = {
  description: /'descr'\s*:\s*'([^']{1,32})'/,
  order: /'fortran_order'\s*:\s*(True|False)/,
  shape: /'shape'\s*:\s*\(([\d,\s]*)\)/,
} as const;

function dictionaryOf(bytes: Uint8Array): { readonly text: string; readonly end: number } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!buffer.subarray(0, MAGIC.length).equals(MAGIC) || buffer.length < PREAMBLE_BYTES + 2) {
    throw new MalformedHeader('it does not begin as an array of NumPy does');
  }
  const version = buffer.readUInt8(MAGIC.length);
  if (version < 1 || version > 3) throw new MalformedHeader(`its format has the version ${version}, not 1 to 3`);
  const start = version === 1 ? PREAMBLE_BYTES : PREAMBLE_BYTES + 2;
  const length = version === 1 ? buffer.readUInt16LE(8) : buffer.readUInt32LE(8);
  if (length > LONGEST_DICTIONARY) throw new MalformedHeader(`its header has ${length} bytes`);
  if (start + length > buffer.length) throw new MalformedHeader('it ends within its header');
  return { text: buffer.toString(version === 3 ? 'utf8' : 'latin1', start, start + length), end: start + length };
}

/**
 * Reads the header of an array, of any version, without ever evaluating the Python in it.
 *
 * @param bytes the array's first `LARGEST_HEADER_BYTES`, or all of it where it is shorter
 * @throws MalformedHeader
 */
export function readNpyHeader(bytes: Uint8Array): NpyHeader {
  const { text, end } = dictionaryOf(bytes);
  const [description, order, sizes] = [ENTRY.description, ENTRY.order, ENTRY.shape].map(
    (pattern) => pattern.exec(text)?.[1],
  );
  if (description === undefined || order === undefined || sizes === undefined) {
    throw new MalformedHeader(`its header is '${text.trim().slice(0, 100)}'`);
  }
  const shape = sizes
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number);
  if (shape.some((size) => !Number.isSafeInteger(size))) throw new MalformedHeader(`its shape is (${sizes.trim()})`);
  return { description, fortranOrder: order === 'True', shape, bytes: end };
}
