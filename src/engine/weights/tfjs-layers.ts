import { tensorBytes } from '../network/tensor-memory.ts';
import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { z } from 'zod';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import {
  DAMAGED_HINT,
  claimedElements,
  noSuchTensor,
  readInto,
  regularFileBytes,
  unreadable,
  unreadableFile,
} from './files.ts';
import { DTYPE_BYTES, isFloat, toFloat32, type Dtype } from './dtype.ts';
import type { ListedTensor, StoredWeights } from './weights-file.ts';

const LARGEST_MODEL_JSON_BYTES = 64 << 20;

const quantization = z.union([
  z.object({ dtype: z.literal('float16') }),
  z.object({ dtype: z.enum(['uint8', 'uint16']), scale: z.number(), min: z.number() }),
]);
const manifestWeight = z.object({
  name: z.string(),
  shape: z.array(z.number()),
  dtype: z.string(),
  // Unknown until it is judged: an error then names the weight.
  quantization: z.unknown().optional(),
});
const manifestGroup = z.object({ paths: z.array(z.string()), weights: z.array(manifestWeight) });
const modelJson = z.object({
  format: z.string().optional(),
  modelTopology: z.record(z.string(), z.unknown()).nullish(),
  weightsManifest: z.array(manifestGroup),
});
type ManifestGroup = z.infer<typeof manifestGroup>;

/** What a value is, whatever it is stored as. */
const DTYPES: ReadonlySet<string> = new Set<Dtype>(['float32', 'int32', 'bool']);

interface Shard {
  readonly path: string;
  readonly bytes: number;
}
interface Place extends ListedTensor {
  readonly group: readonly Shard[];
  /** Bytes from the start of the group, its shards taken as one. */
  readonly offset: number;
  /** A quantised value is `stored * scale + min`. */
  readonly scale: number;
  readonly min: number;
}

async function readModelJson(path: string): Promise<z.infer<typeof modelJson>> {
  const size = await regularFileBytes(path).catch((error: unknown) => {
    throw error instanceof ThawError ? error : unreadableFile(path, error);
  });
  if (size > LARGEST_MODEL_JSON_BYTES) {
    throw unreadable(
      path,
      `A tfjs model.json has at most ${LARGEST_MODEL_JSON_BYTES} bytes; this one has ${size}.`,
      DAMAGED_HINT,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw unreadableFile(path, error);
    throw unreadable(path, 'A tfjs model.json is JSON; this one does not parse.', DAMAGED_HINT, error);
  }
  const parsed = modelJson.safeParse(json);
  if (!parsed.success) {
    const problem = parsed.error.issues[0];
    throw unreadable(
      path,
      `A tfjs model.json holds a weightsManifest of groups with paths and weights; ${problem?.path.join('.') ?? ''}: ${problem?.message ?? 'not found'}.`,
      'Choose the model.json of a tfjs LayersModel.',
    );
  }
  return parsed.data;
}

/** A GraphModel's topology is a TensorFlow GraphDef (`node`), a LayersModel's a Keras configuration. */
function refuseGraphModel(path: string, model: z.infer<typeof modelJson>): void {
  const topology = model.modelTopology ?? {};
  if (model.format !== 'graph-model' && !('node' in topology)) return;
  throw unreadable(
    path,
    'Thaw reads tfjs LayersModels; this is a tfjs GraphModel, whose BatchNorms are folded into its convolutions for inference.',
    'Use the LayersModel, the Keras .h5 or the checkpoint that it was converted from.',
  );
}

function shardPath(model: string, shard: string): string {
  const local = normalize(shard);
  if (isAbsolute(shard) || shard.includes('\\') || shard.includes('\0') || /^\.\.(\/|$)/.test(local)) {
    throw unreadable(
      model,
      `Shards lie in the folder of their model.json; its manifest names '${shard}'.`,
      'Do not use this model: its manifest points out of its folder.',
    );
  }
  return join(dirname(model), local);
}

async function openShard(model: string, shard: string): Promise<Shard> {
  const path = shardPath(model, shard);
  try {
    return { path, bytes: await regularFileBytes(path) };
  } catch (error) {
    if (error instanceof ThawError) throw error;
    throw unreadable(
      model,
      `Every shard of the manifest lies beside the model.json; '${shard}' is missing.`,
      'Copy the whole folder of the model.',
      error,
    );
  }
}

type Storage = Pick<Place, 'dtype' | 'scale' | 'min' | 'isWeight'>;

/** How a weight's values are stored; converters quantise floats to save space. */
function storageOf(path: string, { name, dtype, quantization: quantised }: z.infer<typeof manifestWeight>): Storage {
  if (DTYPES.has(dtype)) {
    const plain = { isWeight: isFloat(dtype as Dtype), scale: 1, min: 0 };
    if (quantised === undefined || quantised === null) return { ...plain, dtype: dtype as Dtype };
    const parsed = quantization.safeParse(quantised);
    if (parsed.success) return { ...plain, ...parsed.data };
  }
  const how = quantised === undefined ? '' : ` quantised as ${JSON.stringify(quantised).slice(0, 100)}`;
  throw unreadable(
    path,
    `Thaw reads tfjs weights of dtype ${[...DTYPES].join(', ')}, as they are or quantised to float16, uint8 or uint16; '${name}' is ${dtype.slice(0, 40)}${how}.`,
    'Convert the model again without quantisation.',
  );
}

/** Where each weight of the group lies; the sizes must add up to the shards' to the byte. */
function placesOf(path: string, group: ManifestGroup, shards: readonly Shard[]): readonly (readonly [string, Place])[] {
  const found: (readonly [string, Place])[] = [];
  let offset = 0;
  for (const weight of group.weights) {
    const { name, shape } = weight;
    const storage = storageOf(path, weight);
    const elements = claimedElements(shape);
    if (elements === null) {
      throw unreadable(path, `A weight's shape is a list of sizes; '${name}' has [${shape.join(', ')}].`, DAMAGED_HINT);
    }
    found.push([name.replace(/:0$/, ''), { shape, storedName: name, group: shards, offset, ...storage }]);
    offset += elements * DTYPE_BYTES[storage.dtype];
  }
  const available = shards.reduce((sum, shard) => sum + shard.bytes, 0);
  if (offset !== available) {
    throw unreadable(
      path,
      `The shards of a group hold its weights to the byte; ${group.paths.join(', ')} has ${available} bytes for ${offset}.`,
      DAMAGED_HINT,
    );
  }
  return found;
}

function readPlace(place: Place): Float32Array {
  const elements = place.shape.reduce((product, dimension) => product * dimension, 1);
  const bytes = tensorBytes(elements * DTYPE_BYTES[place.dtype]);
  let shardStart = 0;
  for (const shard of place.group) {
    const from = Math.max(place.offset, shardStart);
    const to = Math.min(place.offset + bytes.length, shardStart + shard.bytes);
    if (from < to) readInto(shard.path, from - shardStart, bytes.subarray(from - place.offset, to - place.offset));
    shardStart += shard.bytes;
  }
  const values = toFloat32(bytes, place.dtype);
  const { scale, min } = place;
  return scale === 1 && min === 0 ? values : values.map((value) => value * scale + min);
}

/**
 * Opens a tfjs LayersModel by its model.json: the manifest names groups of weights, each group the concatenation of its
 * shards (https://www.tensorflow.org/js/guide/save_load).
 *
 * @throws ThawError `weights.unreadable` for a GraphModel, weights stored otherwise, a missing shard, sizes that do not add up
 */
export async function openTfjsLayers(path: string): Promise<StoredWeights> {
  const model = await readModelJson(path);
  refuseGraphModel(path, model);
  const tensors = new Map<string, Place>();
  const files = new Set([path]);
  for (const group of model.weightsManifest) {
    const shards = await Promise.all(group.paths.map((shard) => openShard(path, shard)));
    for (const shard of shards) {
      if (files.has(shard.path)) {
        throw unreadable(path, `A shard belongs to one group, once; '${shard.path}' is named again.`, DAMAGED_HINT);
      }
      files.add(shard.path);
    }
    for (const [name, place] of placesOf(path, group, shards)) {
      if (tensors.has(name)) {
        throw unreadable(path, `A weight's name is used once; '${name}' is there twice.`, DAMAGED_HINT);
      }
      tensors.set(name, place);
    }
  }
  const inNameOrder = [...files].sort((left, right) => (basename(left) < basename(right) ? -1 : 1));
  return {
    path,
    format: 'tfjs-layers',
    framework: 'keras',
    files: inNameOrder,
    tensors,
    read: (name) => {
      const place = tensors.get(name);
      if (place === undefined) throw noSuchTensor(path, name);
      return readPlace(place);
    },
    close: () => undefined,
  };
}
