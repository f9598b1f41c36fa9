import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gunzipSync, constants } from 'node:zlib';
import { MAXIMUM_FILE_BYTES } from '../examine-file.ts';
import { idxType, type IdxType } from './idx-type.ts';

/** Why an IDX file is not read, as a sentence's end: `of NAME: ...`. */
export class IdxProblem extends Error {
  override readonly name = 'IdxProblem';
}

/** Numbers with their dimensions, as they lie in the file (LeCun, "The MNIST database", file formats). */
export interface IdxFile {
  readonly type: IdxType;
  readonly shape: readonly number[];
  /** Big-endian. */
  readonly bytes: Uint8Array;
}

/** Of unpacked numbers: EMNIST's largest part has 547 million. They are held in memory while they are used. */
const MOST_BYTES = 2 ** 30;
const MOST_DIMENSIONS = 4;
/** Two zeros, the type, the number of dimensions, and each dimension in 32 bits, big-endian. */
const HEADER_BYTES = 4 + 4 * MOST_DIMENSIONS;

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

interface IdxHeader {
  readonly type: IdxType;
  readonly shape: readonly number[];
}

function headerOf(head: Buffer): IdxHeader {
  const [, , code = 0, dimensions = 0] = head;
  if (head.length < 4 || head.readUInt16BE(0) !== 0) throw new IdxProblem('the file is no IDX file');
  const type = idxType(code);
  if (type === null) {
    throw new IdxProblem(`its numbers are of type 0x${code.toString(16).padStart(2, '0')}, which no IDX file has`);
  }
  if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
    throw new IdxProblem(
      `it has ${dimensions} dimensions; IDX files of labels have one, those of images three or four`,
    );
  }
  if (head.length < 4 + 4 * dimensions) throw new IdxProblem('the file is cut short');
  const shape = Array.from({ length: dimensions }, (_, index) => head.readUInt32BE(4 + 4 * index));
  const bytes = numbersIn(shape) * type.bytes;
  if (bytes > MOST_BYTES)
    throw new IdxProblem(`it claims ${bytes} bytes of numbers, more than the ${MOST_BYTES} that are read`);
  return { type, shape };
}

const numbersIn = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);
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

/**
 * Reads one entry along the first dimension, without the rest of the file.
 *
 * @returns its numbers with the file's dimensions; null for a packed file, in which no entry has a place
 * @throws IdxProblem
 */
export async function readIdxEntry(file: string, index: number): Promise<IdxFile | null> {
  try {
    await using handle = await open(file, 'r');
    const head = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await handle.read(head, 0, HEADER_BYTES, 0);
    if (isGzip(head)) return null;
    const { type, shape } = headerOf(head.subarray(0, bytesRead));
    const [count = 0, ...sizes] = shape;
    if (index >= count) throw new IdxProblem(`it has no image ${index}`);
    const length = numbersIn(sizes) * type.bytes;
    const start = headerBytes(shape) + index * length;
    if ((await handle.stat()).size < start + length) throw new IdxProblem('the file is cut short');
    const bytes = new Uint8Array(length);
    for (let done = 0, read = 0; done < length; done += read) {
      read = (await handle.read(bytes, done, length - done, start + done)).bytesRead;
      if (read === 0) throw new IdxProblem('the file is cut short');
    }
    return { type, shape, bytes };
  } catch (error) {
    throw problemOf(error);
  }
}

/**
 * Reads an IDX file, packed by gzip or not, without unpacking more than its header claims.
 *
 * @throws IdxProblem
 */
export async function readIdxFile(file: string): Promise<IdxFile> {
  let content: Buffer;
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    if (size > MOST_BYTES + HEADER_BYTES) throw new IdxProblem(`the file has ${size} bytes, more than are read`);
    const head = Buffer.alloc(Math.min(size, 65_536));
    await handle.read(head, 0, head.length, 0);
    if (isGzip(head) ? size > MAXIMUM_FILE_BYTES : size > headerBytes(headerOf(head).shape) + MOST_BYTES) {
      throw new IdxProblem(`the file has ${size} bytes, more than are read`);
    }
    content = await handle.readFile();
  } catch (error) {
    throw problemOf(error);
  }
  if (!isGzip(content)) return parse(content);
  try {
    const beginning = gunzipSync(content.subarray(0, 65_536), { finishFlush: constants.Z_SYNC_FLUSH });
    const { type, shape } = headerOf(beginning.subarray(0, HEADER_BYTES));
    const claimed = headerBytes(shape) + numbersIn(shape) * type.bytes;
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
  const { type, shape } = headerOf(content);
  const bytes = content.subarray(headerBytes(shape));
  const expected = numbersIn(shape) * type.bytes;
  if (bytes.length !== expected) {
    throw new IdxProblem(`its header claims ${expected} bytes of numbers, and ${bytes.length} are there`);
  }
  return { type, shape, bytes };
}
