import { readFile, stat } from 'node:fs/promises';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { DTYPE_BYTES, isFloat, toFloat32, type Dtype } from './dtype.ts';
import { MalformedBytes, protobufFields } from './byte-reader.ts';
import { maskedCrc32c } from './crc32c.ts';
import { claimedElements, DAMAGED_HINT, noSuchTensor, readInto, unreadable, unreadableFile } from './files.ts';
import { readSortedStringTable } from './sorted-string-table.ts';
import { TENSORFLOW_DTYPES } from './tensorflow-dtypes.ts';
import { withHash } from './with-hash.ts';
import type { ListedTensor, StoredWeights, WeightsFile } from './weights-file.ts';

const LARGEST_INDEX_BYTES = 256 << 20;
const MOST_SHARDS = 99_999;
const HEADER_KEY = '';

/** A `BundleEntryProto` of TensorFlow's `tensor_bundle.proto`. */
interface BundleEntry {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  readonly crc32c: number;
  readonly isSliced: boolean;
}
interface Place extends ListedTensor {
  readonly file: string;
  readonly offset: number;
  readonly crc32c: number;
}

function dimension(message: Uint8Array): number {
  for (const field of protobufFields(message)) if (field.number === 1 && field.kind === 'number') return field.value;
  return 0;
}

function bundleEntry(message: Uint8Array): BundleEntry {
  const numbers = new Map<number, number>();
  let shape: number[] = [];
  let isSliced = false;
  for (const field of protobufFields(message)) {
    if (field.kind === 'number') numbers.set(field.number, field.value);
    else if (field.number === 7) isSliced = true;
    else if (field.number === 2) {
      shape = [];
      for (const part of protobufFields(field.value)) {
        if (part.number === 2 && part.kind === 'bytes') shape.push(dimension(part.value));
      }
    }
  }
  const number = (field: number): number => numbers.get(field) ?? 0;
  return { dtype: number(1), shape, shard: number(3), offset: number(4), size: number(5), crc32c: number(6), isSliced };
}

/** The number of data files, from the `BundleHeaderProto` under the empty key. */
function shardCount(index: string, header: Uint8Array | undefined): number {
  const numbers = new Map<number, number>();
  // In the one-file format of TensorFlow 1 the empty key holds a message instead.
  let isVersion1 = false;
  if (header === undefined) throw new MalformedBytes('it has no header');
  for (const field of protobufFields(header)) {
    if (field.kind === 'number') numbers.set(field.number, field.value);
    else if (field.number === 1) isVersion1 = true;
  }
  if (isVersion1) {
    throw unreadable(
      index,
      'Thaw reads TensorFlow checkpoints of the V2 format (.index and .data files); this is the one-file V1 format, not yet read.',
      'Restore it in TensorFlow and save it with tf.train.Saver(write_version=tf.train.SaverDef.V2).',
    );
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
    return (await stat(file)).size;
  } catch (error) {
    throw unreadable(
      index,
      `Every data file of a checkpoint lies beside its .index; ${file} is missing.`,
      'Copy all files of the checkpoint.',
      error,
    );
  }
}

function place(
  index: string,
  name: string,
  entry: BundleEntry,
  dtype: Dtype,
  isSlot: boolean,
  files: readonly { path: string; bytes: number }[],
): Place {
  const { shape, shard, offset, size } = entry;
  if (entry.isSliced) {
    throw unreadable(
      index,
      `Thaw reads whole tensors; '${name}' is stored in slices (a partitioned variable).`,
      'Save the model without a partitioner.',
    );
  }
  const file = files[shard];
  const elements = claimedElements(shape);
  if (file === undefined || elements === null || elements * DTYPE_BYTES[dtype] !== size || offset + size > file.bytes) {
    throw unreadable(
      index,
      `A tensor lies within its data file; '${name}' claims the shape [${shape.join(', ')}] in ${size} bytes at ${offset} of file ${shard} (${file?.bytes ?? 'missing'} bytes).`,
      DAMAGED_HINT,
    );
  }
  return {
    shape,
    dtype,
    storedName: name,
    isWeight: isFloat(dtype) && !isSlot,
    file: file.path,
    offset,
    crc32c: entry.crc32c,
  };
}

async function readIndex(index: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(index);
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

/**
 * Opens a TensorFlow checkpoint of the V2 format, without TensorFlow: `<prefix>.index` is a table of where each tensor lies
 * in `<prefix>.data-<n>-of-<m>`
 * (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/tensor_bundle.proto).
 * Optimizer slots (`<tensor>/<slot>`) are no weights. Checksums are verified: the index's on opening,
 * a tensor's on reading.
 *
 * @param prefix the path without `.index`
 * @param index where the index is, should it have been renamed
 * @throws ThawError `weights.unreadable`
 */
export async function openStoredCheckpoint(prefix: string, index = `${prefix}.index`): Promise<StoredWeights> {
  const bytes = await readIndex(index);
  const tensors = new Map<string, Place>();
  let files: readonly { readonly path: string; readonly bytes: number }[] = [];
  try {
    const table = readSortedStringTable(bytes);
    const count = shardCount(index, table.get(HEADER_KEY));
    const paths = Array.from({ length: count }, (_, shard) => shardFile(prefix, shard, count));
    const sizes: { path: string; bytes: number }[] = [];
    for (const path of paths) sizes.push({ path, bytes: await fileBytes(index, path) });
    files = sizes;
    for (const [name, message] of table) {
      if (name === HEADER_KEY) continue;
      const entry = bundleEntry(message);
      const dtype = TENSORFLOW_DTYPES.get(entry.dtype);
      // Strings and the like: a graph of objects, the names of files.
      if (dtype === undefined) continue;
      tensors.set(name, place(index, name, entry, dtype, isSlot(name, table), files));
    }
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    throw unreadable(
      index,
      `A checkpoint's index is a complete table of its tensors; ${error.message}.`,
      DAMAGED_HINT,
      error,
    );
  }
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
      const elements = found.shape.reduce((product, size) => product * size, 1);
      const target = new Uint8Array(elements * DTYPE_BYTES[found.dtype]);
      readInto(found.file, found.offset, target);
      if (maskedCrc32c(target) !== found.crc32c) {
        throw unreadable(found.file, `A tensor's bytes fit its checksum; those of '${name}' do not.`, DAMAGED_HINT);
      }
      return toFloat32(target, found.dtype);
    },
    close: () => undefined,
  };
}

/** The weights of a checkpoint, by its prefix; see `openStoredCheckpoint`. @throws ThawError `weights.unreadable` */
export async function openTensorFlowCheckpoint(prefix: string): Promise<WeightsFile> {
  return withHash(await openStoredCheckpoint(prefix));
}
