import { tensorBytes } from '../network/tensor-memory.ts';
import { readFile } from 'node:fs/promises';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { MalformedBytes, protobufFields } from './byte-reader.ts';
import { maskedCrc32c } from './crc32c.ts';
import { DTYPE_BYTES, isFloat, toFloat32, type Dtype } from './dtype.ts';
import {
  claimedElements,
  DAMAGED_HINT,
  noSuchTensor,
  readInto,
  regularFileBytes,
  unreadable,
  unreadableFile,
} from './files.ts';
import { inMemory, SortedStringTable } from './sorted-string-table.ts';
import { OBJECT_GRAPH_KEY, onlyText, variableNames, type VariableNames } from './tensorflow/object-graph.ts';
import { sliceKey } from './tensorflow/slice-key.ts';
import { placeSlice, shapeOf, sliceOf, sliceShape, type TensorSlice } from './tensorflow/tensor-slice.ts';
import { TENSORFLOW_DTYPES } from './tensorflow/dtypes.ts';
import { withHash } from './with-hash.ts';
import type { ListedTensor, StoredWeights, WeightsFile } from './weights-file.ts';

const LARGEST_INDEX_BYTES = 256 << 20;
const LARGEST_OBJECT_GRAPH_BYTES = 64 << 20;
const MOST_SHARDS = 99_999;
/** `DT_STRING` of TensorFlow's `types.proto`. */
const STRING = 7;
const HEADER_KEY = '';

/** A `BundleEntryProto` of TensorFlow's `tensor_bundle.proto`. */
interface BundleEntry {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  readonly crc32c: number;
  /** Of a partitioned variable, each of which has an entry of its own. */
  readonly slices: readonly TensorSlice[];
}

/** Bytes of a data file: a whole tensor, or a slice of one. */
interface Piece {
  readonly slice: TensorSlice | null;
  readonly shape: readonly number[];
  readonly file: string;
  readonly offset: number;
  readonly crc32c: number;
}
interface Place extends ListedTensor {
  readonly pieces: readonly Piece[];
}
interface DataFile {
  readonly path: string;
  readonly bytes: number;
}

/** What the index has: entries by names, and those of slices by their keys, each byte as a letter. */
interface Index {
  readonly entries: ReadonlyMap<string, Uint8Array>;
  readonly slices: ReadonlyMap<string, Uint8Array>;
}

function bundleEntry(message: Uint8Array): BundleEntry {
  const numbers = new Map<number, number>();
  const slices: TensorSlice[] = [];
  let shape: readonly number[] = [];
  for (const field of protobufFields(message)) {
    if (field.kind === 'number') numbers.set(field.number, field.value);
    else if (field.number === 7) slices.push(sliceOf(field.value));
    else if (field.number === 2) shape = shapeOf(field.value);
  }
  const number = (field: number): number => numbers.get(field) ?? 0;
  return { dtype: number(1), shape, shard: number(3), offset: number(4), size: number(5), crc32c: number(6), slices };
}

/** The number of data files, from the `BundleHeaderProto` under the empty key. */
function shardCount(index: string, header: Uint8Array | undefined): number {
  const numbers = new Map<number, number>();
  if (header === undefined) throw new MalformedBytes('it has no header');
  for (const field of protobufFields(header)) {
    if (field.kind === 'number') numbers.set(field.number, field.value);
  }
  if (numbers.get(2) === 1) {
    throw unreadable(
      index,
      'Thaw reads little-endian checkpoints; this one is big-endian.',
      'Save it again on a little-endian machine.',
    );
  }
  const count = numbers.get(1) ?? 1;
  if (count < 1 || count > MOST_SHARDS) throw new MalformedBytes(`${count} data files are announced`);
  return count;
}

function shardFile(prefix: string, shard: number, count: number): string {
  const digits = (value: number): string => String(value).padStart(5, '0');
  return `${prefix}.data-${digits(shard)}-of-${digits(count)}`;
}

/** Optimizer slots are stored as `<tensor>/<slot>`, and are no weights. */
function isSlot(name: string, entries: ReadonlyMap<string, unknown>): boolean {
  const slash = name.lastIndexOf('/');
  return slash > 0 && entries.has(name.slice(0, slash));
}

async function fileBytes(index: string, file: string): Promise<number> {
  try {
    return await regularFileBytes(file);
  } catch (error) {
    if (error instanceof ThawError) throw error;
    throw unreadable(
      index,
      `Every data file of a checkpoint lies beside its .index; ${file} is missing.`,
      'Copy all files of the checkpoint.',
      error,
    );
  }
}

function piece(
  index: string,
  name: string,
  entry: BundleEntry,
  expected: { readonly slice: TensorSlice | null; readonly shape: readonly number[]; readonly dtype: Dtype },
  files: readonly DataFile[],
): Piece {
  const { shard, offset, size, crc32c } = entry;
  const { slice, shape, dtype } = expected;
  const file = files[shard];
  const elements = claimedElements(shape);
  const wanted = (elements ?? Number.NaN) * DTYPE_BYTES[dtype];
  if (file === undefined || wanted !== size || offset + size > file.bytes) {
    throw unreadable(
      index,
      `A tensor lies within its data file; '${name}' claims the shape [${shape.join(', ')}] in ${size} bytes at ${offset} of file ${shard} (${file?.bytes ?? 'missing'} bytes).`,
      DAMAGED_HINT,
    );
  }
  return { slice, shape, file: file.path, offset, crc32c };
}

/** The pieces of a tensor: itself, or the slices that a partitioned variable was saved in. */
function piecesOf(
  index: string,
  name: string,
  entry: BundleEntry,
  dtype: Dtype,
  slices: Index['slices'],
  files: readonly DataFile[],
): readonly Piece[] {
  const { shape } = entry;
  if (entry.slices.length === 0) return [piece(index, name, entry, { slice: null, shape, dtype }, files)];
  const elements = claimedElements(shape);
  let covered = 0;
  const pieces = entry.slices.map((slice) => {
    const own = slices.get(Buffer.from(sliceKey(name, slice)).toString('latin1'));
    const sizes = sliceShape(shape, slice);
    covered += claimedElements(sizes) ?? Number.NaN;
    if (own === undefined) throw new MalformedBytes(`a slice of '${name}' is missing`);
    return piece(index, name, bundleEntry(own), { slice, shape: sizes, dtype }, files);
  });
  if (covered !== elements) {
    throw new MalformedBytes(`the slices of '${name}' have ${covered} of its ${elements ?? 'uncounted'} values`);
  }
  return pieces;
}

async function readIndex(index: string): Promise<Uint8Array> {
  try {
    const size = await regularFileBytes(index);
    if (size > LARGEST_INDEX_BYTES) {
      throw unreadable(
        index,
        `A checkpoint's index has at most ${LARGEST_INDEX_BYTES} bytes; this one has ${size}.`,
        DAMAGED_HINT,
      );
    }
    return await readFile(index);
  } catch (error) {
    throw error instanceof ThawError ? error : unreadableFile(index, error);
  }
}

function indexOf(table: SortedStringTable): Index {
  const decoder = new TextDecoder();
  const entries = new Map<string, Uint8Array>();
  const slices = new Map<string, Uint8Array>();
  for (const { key, value } of table.entries()) {
    if (key[0] === 0) slices.set(Buffer.from(key).toString('latin1'), value);
    else {
      const name = decoder.decode(key);
      if (entries.has(name)) throw new MalformedBytes(`'${name}' is in it twice`);
      entries.set(name, value);
    }
  }
  return { entries, slices };
}

/** What TensorFlow 2 says of the names of the variables; null where the checkpoint is by names itself. */
function objectNames(index: string, entries: Index['entries'], files: readonly DataFile[]): VariableNames | null {
  const message = entries.get(OBJECT_GRAPH_KEY);
  if (message === undefined) return null;
  const { dtype, shard, offset, size } = bundleEntry(message);
  const file = files[shard];
  if (dtype !== STRING || file === undefined || offset + size > file.bytes || size > LARGEST_OBJECT_GRAPH_BYTES) {
    throw unreadable(
      index,
      `The names of a checkpoint lie within its data file; they claim ${size} bytes at ${offset} of file ${shard}.`,
      DAMAGED_HINT,
    );
  }
  const bytes = new Uint8Array(size);
  readInto(file.path, offset, bytes);
  return variableNames(onlyText(bytes));
}

function listTensors(
  index: string,
  { entries, slices }: Index,
  files: readonly DataFile[],
): ReadonlyMap<string, Place> {
  const tensors = new Map<string, Place>();
  const names = objectNames(index, entries, files);
  const available = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const [storedName, message] of entries) {
    if (storedName === HEADER_KEY) continue;
    const entry = bundleEntry(message);
    const dtype = TENSORFLOW_DTYPES.get(entry.dtype);
    // Texts: a graph of objects, the names of files.
    if (dtype === undefined) continue;
    const known = names?.get(storedName) ?? { name: storedName, isWeight: !isSlot(storedName, entries) };
    if (tensors.has(known.name)) throw new MalformedBytes(`two variables are called '${known.name}'`);
    const pieces = piecesOf(index, storedName, entry, dtype, slices, files);
    const bytes = entry.shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
    // Slices may all claim the same bytes.
    if (bytes > available) {
      throw new MalformedBytes(`'${storedName}' claims ${bytes} bytes of the ${available} of all data files`);
    }
    tensors.set(known.name, {
      shape: entry.shape,
      dtype,
      storedName,
      isWeight: known.isWeight && isFloat(dtype),
      pieces,
    });
  }
  return tensors;
}

function readPiece(name: string, { shape, file, offset, crc32c }: Piece, dtype: Dtype): Float32Array {
  const elements = shape.reduce((product, size) => product * size, 1);
  const bytes = tensorBytes(elements * DTYPE_BYTES[dtype]);
  readInto(file, offset, bytes);
  if (maskedCrc32c(bytes) !== crc32c) {
    throw unreadable(file, `A tensor's bytes fit its checksum; those of '${name}' do not.`, DAMAGED_HINT);
  }
  return toFloat32(bytes, dtype);
}

function readTensor(name: string, { shape, dtype, pieces }: Place): Float32Array {
  const [only] = pieces;
  if (only?.slice === null) return readPiece(name, only, dtype);
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (const part of pieces) placeSlice(values, shape, part.slice ?? [], readPiece(name, part, dtype));
  return values;
}

/**
 * Opens a TensorFlow checkpoint of the V2 format, without TensorFlow: `<prefix>.index` is a table of where each tensor lies
 * in `<prefix>.data-<n>-of-<m>`
 * (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/tensor_bundle.proto).
 * Optimizer slots (`<tensor>/<slot>`) are no weights; variables of TensorFlow 2 have the names that the program gave them.
 * Checksums are verified: the index's on opening, a tensor's on reading.
 *
 * @param prefix the path without `.index`
 * @param index where the index is, should it have been renamed
 * @throws ThawError `weights.unreadable`
 */
export async function openStoredCheckpoint(prefix: string, index = `${prefix}.index`): Promise<StoredWeights> {
  const bytes = await readIndex(index);
  const files: DataFile[] = [];
  try {
    const read = indexOf(new SortedStringTable(inMemory(bytes)));
    const count = shardCount(index, read.entries.get(HEADER_KEY));
    for (let shard = 0; shard < count; shard += 1) {
      const path = shardFile(prefix, shard, count);
      files.push({ path, bytes: await fileBytes(index, path) });
    }
    const tensors = listTensors(index, read, files);
    return {
      path: prefix,
      format: 'tensorflow-checkpoint',
      framework: 'tensorflow',
      // `.data-...` sorts before `.index`.
      files: [...files.map((file) => file.path), index],
      tensors,
      read: (name) => {
        const found = tensors.get(name);
        if (found === undefined) throw noSuchTensor(prefix, name);
        return readTensor(name, found);
      },
      close: () => undefined,
    };
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    throw unreadable(
      index,
      `A checkpoint's index is a complete table of its tensors; ${error.message}.`,
      DAMAGED_HINT,
      error,
    );
  }
}

/** The weights of a checkpoint, by its prefix; see `openStoredCheckpoint`. @throws ThawError `weights.unreadable` */
export async function openTensorFlowCheckpoint(prefix: string): Promise<WeightsFile> {
  return withHash(await openStoredCheckpoint(prefix));
}
