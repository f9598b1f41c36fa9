import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gunzipSync, constants } from 'node:zlib';
import { MAXIMUM_FILE_BYTES } from '../examine-file.ts';

/** Why an IDX file is not read, as a sentence's end: `of NAME: ...`. */
export class IdxProblem extends Error {
  override readonly name = 'IdxProblem';
}

/** Numbers of one byte with their dimensions, as they lie in the file (LeCun, "The MNIST database", file formats). */
export interface IdxFile {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

/** Of unpacked values: EMNIST's largest part has 547 million. They are held in memory while they are used. */
const MOST_VALUES = 2 ** 30;
const MOST_DIMENSIONS = 3;
/** Two zeros, the type (unsigned bytes), the number of dimensions, and each dimension in 32 bits, big-endian. */
const UNSIGNED_BYTES = 8;
const HEADER_BYTES = 4 + 4 * MOST_DIMENSIONS;

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

function shapeOf(head: Buffer): readonly number[] {
  const dimensions = head[3] ?? 0;
  if (head.length < 4 || head.readUInt16BE(0) !== 0) throw new IdxProblem('the file is no IDX file');
  if (head[2] !== UNSIGNED_BYTES || dimensions < 1 || dimensions > MOST_DIMENSIONS) {
    throw new IdxProblem('only IDX files of bytes with one dimension or three are read');
  }
  if (head.length < 4 + 4 * dimensions) throw new IdxProblem('the file is cut short');
  const shape = Array.from({ length: dimensions }, (_, index) => head.readUInt32BE(4 + 4 * index));
  const values = shape.reduce((product, size) => product * size, 1);
  if (values > MOST_VALUES)
    throw new IdxProblem(`it claims ${values} values, more than the ${MOST_VALUES} that are read`);
  return shape;
}

const headerBytes = (shape: readonly number[]): number => 4 + 4 * shape.length;

function problemOf(error: unknown): IdxProblem {
  if (error instanceof IdxProblem) return error;
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return new IdxProblem('there is no such file', { cause: error });
  }
  return new IdxProblem(`it cannot be read (${error instanceof Error ? error.message : String(error)})`, {
    cause: error,
  });
}

/** One image's values with the file's dimensions. */
interface IdxEntry {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

/**
 * Reads one entry along the first dimension, without the rest of the file.
 *
 * @returns null for a packed file, in which no entry has a place
 * @throws IdxProblem
 */
export async function readIdxEntry(file: string, index: number): Promise<IdxEntry | null> {
  try {
    await using handle = await open(file, 'r');
    const head = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await handle.read(head, 0, HEADER_BYTES, 0);
    if (isGzip(head)) return null;
    const shape = shapeOf(head.subarray(0, bytesRead));
    const [count = 0, ...sizes] = shape;
    if (index >= count) throw new IdxProblem(`it has no image ${index}`);
    const length = sizes.reduce((product, size) => product * size, 1);
    const start = headerBytes(shape) + index * length;
    if ((await handle.stat()).size < start + length) throw new IdxProblem('the file is cut short');
    const values = new Uint8Array(length);
    for (let done = 0, read = 0; done < values.length; done += read) {
      read = (await handle.read(values, done, values.length - done, start + done)).bytesRead;
      if (read === 0) throw new IdxProblem('the file is cut short');
    }
    return { shape, values };
  } catch (error) {
    throw problemOf(error);
  }
}

/**
 * Reads an IDX file of bytes, packed by gzip or not, without unpacking more than its header claims.
 *
 * @throws IdxProblem
 */
export async function readIdxFile(file: string): Promise<IdxFile> {
  let content: Buffer;
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    if (size > MOST_VALUES + HEADER_BYTES) throw new IdxProblem(`the file has ${size} bytes, more than are read`);
    const head = Buffer.alloc(Math.min(size, 65_536));
    await handle.read(head, 0, head.length, 0);
    if (isGzip(head) ? size > MAXIMUM_FILE_BYTES : size > headerBytes(shapeOf(head)) + MOST_VALUES) {
      throw new IdxProblem(`the file has ${size} bytes, more than are read`);
    }
    content = await handle.readFile();
  } catch (error) {
    throw problemOf(error);
  }
  if (!isGzip(content)) return parse(content);
  try {
    const beginning = gunzipSync(content.subarray(0, 65_536), { finishFlush: constants.Z_SYNC_FLUSH });
    const shape = shapeOf(beginning.subarray(0, HEADER_BYTES));
    const claimed = headerBytes(shape) + shape.reduce((product, length) => product * length, 1);
    return parse(await promisify(gunzip)(content, { maxOutputLength: Math.max(claimed, 1) }));
  } catch (error) {
    if (error instanceof IdxProblem) throw error;
    const larger = error instanceof RangeError;
    throw new IdxProblem(larger ? 'it holds more than its header claims' : 'its gzip data is damaged', {
      cause: error,
    });
  }
}

function parse(content: Buffer): IdxFile {
  const shape = shapeOf(content);
  const values = content.subarray(headerBytes(shape));
  const expected = shape.reduce((product, size) => product * size, 1);
  if (values.length !== expected) {
    throw new IdxProblem(`its header claims ${expected} values, and ${values.length} are there`);
  }
  return { shape, values };
}
