import { open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { unreadable, unreadableFile } from './files.ts';
import { isKerasArchive, openKerasArchive, openKerasHdf5 } from './keras.ts';
import { openNpz } from './npz.ts';
import { openSafetensors } from './safetensors.ts';
import { endsAsTable } from './sorted-string-table.ts';
import { openStoredCheckpoint } from './tensorflow-checkpoint.ts';
import { openCheckpointVersion1 } from './tensorflow/checkpoint-v1.ts';
import { largeConstants, openGraphDef } from './tensorflow/graph-def.ts';
import type { GraphFile } from './tensorflow/graph-model.ts';
import { openTfjsLayers } from './tfjs-layers.ts';
import { openTorchLegacy } from './torch/torch-legacy.ts';
import { openTorchZip, torchRoot } from './torch/torch-zip.ts';
import { withHash } from './with-hash.ts';
import type { StoredWeights, WeightsFile } from './weights-file.ts';
import { zipMembers } from './zip-members.ts';

const HEAD_BYTES = 4096;
const TAIL_BYTES = 8;
const READ_FORMATS =
  'Thaw reads Keras .h5 and .keras, PyTorch .pth and .pt, safetensors, TensorFlow checkpoints, SavedModels and frozen graphs, tfjs LayersModels (folder or model.json) and NumPy .npz.';

const HDF5_SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
const ZIP_SIGNATURE = Uint8Array.of(0x50, 0x4b, 0x03, 0x04);
const GZIP_SIGNATURE = Uint8Array.of(0x1f, 0x8b);

interface Ends {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly size: number;
}

async function readEnds(path: string): Promise<Ends> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const head = new Uint8Array(Math.min(HEAD_BYTES, size));
    await file.read(head, 0, head.length, 0);
    const tail = new Uint8Array(Math.min(TAIL_BYTES, size));
    await file.read(tail, 0, tail.length, size - tail.length);
    return { head, tail, size };
  } catch (error) {
    throw unreadableFile(path, error);
  }
}

function startsWith(bytes: Uint8Array, signature: Uint8Array, at = 0): boolean {
  return signature.every((byte, index) => bytes[at + index] === byte);
}

/** HDF5 allows a user's block of 512, 1024, ... bytes before its signature. */
function isHdf5(head: Uint8Array): boolean {
  return [0, 512, 1024, 2048].some((offset) => startsWith(head, HDF5_SIGNATURE, offset));
}

/** A length that leads over a JSON object. */
function isSafetensors({ head, size }: Ends): boolean {
  if (head.length < 9 || head[8] !== 0x7b) return false;
  const length = new DataView(head.buffer).getBigUint64(0, true);
  // A JSON text that starts with eight spaces would claim more than any file has.
  return length <= BigInt(size);
}

function isJson(head: Uint8Array): boolean {
  return /^\uFEFF?\s*\{/.test(new TextDecoder().decode(head.subarray(0, 256)));
}

/** The pickles of PyTorch's legacy format; any other pickle is read as one, and so refused by what it names. */
function isPickle(head: Uint8Array): boolean {
  const [first = 0, second = 0] = head;
  return first === 0x80 && second >= 2 && second <= 5;
}

async function openZip(path: string): Promise<StoredWeights> {
  const members = await zipMembers(path);
  const torch = torchRoot(members);
  if (torch !== null) return openTorchZip(path, members, torch);
  if (isKerasArchive(members)) return openKerasArchive(path, members);
  if ([...members.keys()].some((name) => name.endsWith('.npy'))) return openNpz(path, members);
  const [first = 'nothing'] = members.keys();
  throw isOtherFormat(path, `a zip archive of other things (the first is '${first.slice(0, 60)}')`);
}

/** The name of a format that is known and not read, or what the file starts with. */
function otherFormat({ head, size }: Ends): string {
  if (size === 0) return 'an empty file';
  if (startsWith(head, GZIP_SIGNATURE)) return 'a gzip archive';
  if (head[0] === 0x93 && startsWith(head, new TextEncoder().encode('NUMPY'), 1)) return 'a numpy .npy array';
  if (new TextDecoder().decode(head.subarray(257, 262)) === 'ustar') return 'a tar archive';
  const start = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `a file that starts with the bytes ${start}`;
}

/** A SavedModel: its version (field 1), then a graph with what belongs to it (field 2). */
function isSavedModel(head: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = head;
  return first === 0x08 && second <= 2 && third === 0x12;
}

/** A graph: a node (field 1), its length in one to three bytes, and in it its name (field 1). */
function isGraph(head: Uint8Array): boolean {
  const [first, ...next] = head.subarray(0, 5);
  const length = next.findIndex((byte) => byte < 128);
  return first === 0x0a && length !== -1 && next[length + 1] === 0x0a;
}

function isOtherFormat(path: string, found: string): ThawError {
  return unreadable(path, `${READ_FORMATS} Received ${found}.`, 'Save the weights in one of these formats.');
}

/** A SavedModel keeps its variables as a checkpoint beside its graph; one that was frozen has none. */
async function openSavedModel(graph: string): Promise<StoredWeights> {
  const folder = dirname(graph);
  const variables = join(folder, 'variables', 'variables');
  if ((await stat(`${variables}.index`).catch(() => null)) === null) return openGraphDef(graph, 'saved-model');
  const checkpoint = await openStoredCheckpoint(variables);
  const constants = await largeConstants(graph);
  const more = [...constants.tensors].filter(([name]) => !checkpoint.tensors.has(name));
  return {
    ...checkpoint,
    path: folder,
    format: 'tensorflow-saved-model',
    files: [graph, ...checkpoint.files],
    tensors: new Map([...checkpoint.tensors, ...more]),
    read: (name) => (checkpoint.tensors.has(name) ? checkpoint : constants).read(name),
  };
}

async function openFolder(path: string): Promise<StoredWeights> {
  const has = async (name: string): Promise<boolean> =>
    (await stat(join(path, name)).catch(() => null))?.isFile() ?? false;
  if (await has('model.json')) return openTfjsLayers(join(path, 'model.json'));
  if (await has('saved_model.pb')) return openSavedModel(join(path, 'saved_model.pb'));
  throw unreadable(
    path,
    `${READ_FORMATS} Received a folder without a model.json or saved_model.pb.`,
    'Name the file itself; of a checkpoint, its .index.',
  );
}

async function openFile(path: string): Promise<StoredWeights> {
  const ends = await readEnds(path);
  if (isHdf5(ends.head)) return openKerasHdf5(path);
  if (endsAsTable(ends.tail)) {
    return (await openCheckpointVersion1(path)) ?? openStoredCheckpoint(path.replace(/\.index$/, ''), path);
  }
  // Before those with short signatures: the length of its header may be any of them.
  if (isSafetensors(ends)) return openSafetensors(path);
  if (startsWith(ends.head, ZIP_SIGNATURE)) return openZip(path);
  if (isPickle(ends.head)) return openTorchLegacy(path);
  if (isJson(ends.head)) return openTfjsLayers(path);
  const data = /^(.*)\.data-\d{5}-of-\d{5}$/.exec(path);
  if (data?.[1] !== undefined) return openStoredCheckpoint(data[1]);
  if (isSavedModel(ends.head)) return openSavedModel(path);
  if (isGraph(ends.head)) return openGraphDef(path, 'graph');
  throw isOtherFormat(path, otherFormat(ends));
}

/**
 * The file with the graph where TensorFlow wrote one, told by its bytes; null for what is none.
 *
 * @param given a SavedModel's folder, or a file
 */
export async function findGraphFile(given: string): Promise<GraphFile | null> {
  const found = await stat(given).catch(() => null);
  if (found?.isDirectory() === true) {
    const file = join(given, 'saved_model.pb');
    const isThere = (await stat(file).catch(() => null))?.isFile() ?? false;
    return isThere ? { file, kind: 'saved-model' } : null;
  }
  if (found?.isFile() !== true) return null;
  const ends = await readEnds(given);
  if (isHdf5(ends.head) || endsAsTable(ends.tail) || isSafetensors(ends) || isJson(ends.head)) return null;
  if (isSavedModel(ends.head)) return { file: given, kind: 'saved-model' };
  return isGraph(ends.head) ? { file: given, kind: 'graph' } : null;
}

/**
 * Opens a file, whatever its name, to list what is in it: the format is told by its bytes, and only headers are read.
 *
 * @param path a file; the folder of a tfjs model; for a TensorFlow checkpoint its `.index`, a data file, or the prefix of both
 * @throws ThawError `weights.missing` where nothing is there, `weights.unreadable` for what is damaged or of no format read here
 */
export async function openStoredWeights(path: string): Promise<StoredWeights> {
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code !== 'ENOENT' && error.code !== 'ENOTDIR') {
      throw unreadableFile(path, error);
    }
    return null;
  });
  if (found?.isDirectory()) return openFolder(path);
  if (found?.isFile()) return openFile(path);
  if (found === null && (await stat(`${path}.index`).catch(() => null)) !== null) return openStoredCheckpoint(path);
  throw new ThawError(
    'weights.missing',
    `A weight file or folder must exist; nothing that could be one is at ${path}.`,
    READ_FORMATS,
  );
}

/**
 * Opens a file of weights to load them; see `openStoredWeights`.
 *
 * @throws ThawError `weights.missing`, `weights.unreadable`
 */
export async function openWeights(path: string): Promise<WeightsFile> {
  return withHash(await openStoredWeights(path));
}
