import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { z } from 'zod';
import {
  DAMAGED_HINT,
  claimedElements,
  hashFiles,
  noSuchTensor,
  readInto,
  unreadable,
  unreadableFile,
} from './files.ts';
import type { TensorEntry, WeightsFile } from './weights-file.ts';

const LARGEST_MODEL_JSON_BYTES = 64 << 20;

const manifestWeight = z.object({
  name: z.string(),
  shape: z.array(z.number()),
  dtype: z.string(),
  quantization: z.object({ dtype: z.string() }).optional(),
});
const manifestGroup = z.object({ paths: z.array(z.string()), weights: z.array(manifestWeight) });
const modelJson = z.object({
  format: z.string().optional(),
  modelTopology: z.record(z.string(), z.unknown()).nullish(),
  weightsManifest: z.array(manifestGroup),
});
type ManifestGroup = z.infer<typeof manifestGroup>;

/** Bytes a value takes in a shard. */
const DTYPE_BYTES: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1 };

interface Shard {
  readonly path: string;
  readonly bytes: number;
}
interface Place extends TensorEntry {
  readonly group: readonly Shard[];
  /** Bytes from the start of the group, its shards taken as one. */
  readonly offset: number;
}

async function readModelJson(path: string): Promise<z.infer<typeof modelJson>> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw unreadableFile(path, error);
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
    return { path, bytes: (await stat(path)).size };
  } catch (error) {
    throw unreadable(
      model,
      `Every shard of the manifest lies beside the model.json; '${shard}' is missing.`,
      'Copy the whole folder of the model.',
      error,
    );
  }
}

/** Where each float32 weight of the group lies; the sizes must add up to the shards' to the byte. */
function placesOf(path: string, group: ManifestGroup, shards: readonly Shard[]): readonly (readonly [string, Place])[] {
  const found: (readonly [string, Place])[] = [];
  let offset = 0;
  for (const { name, shape, dtype, quantization } of group.weights) {
    const bytes = DTYPE_BYTES[dtype];
    if (quantization !== undefined || bytes === undefined) {
      throw unreadable(
        path,
        `Thaw reads tfjs weights of dtype float32, not quantised; '${name}' is ${quantization ? `${dtype} quantised to ${quantization.dtype}` : dtype}.`,
        'Convert the model again without quantisation.',
      );
    }
    const elements = claimedElements(shape);
    if (elements === null) {
      throw unreadable(path, `A weight's shape is a list of sizes; '${name}' has [${shape.join(', ')}].`, DAMAGED_HINT);
    }
    if (dtype === 'float32') {
      found.push([name.replace(/:0$/, ''), { shape, dtype: 'float32', storedName: name, group: shards, offset }]);
    }
    offset += elements * bytes;
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
  const values = new Float32Array(place.shape.reduce((product, dimension) => product * dimension, 1));
  const bytes = new Uint8Array(values.buffer);
  let shardStart = 0;
  for (const shard of place.group) {
    const from = Math.max(place.offset, shardStart);
    const to = Math.min(place.offset + bytes.length, shardStart + shard.bytes);
    if (from < to) readInto(shard.path, from - shardStart, bytes.subarray(from - place.offset, to - place.offset));
    shardStart += shard.bytes;
  }
  return values;
}

/**
 * Opens a tfjs LayersModel by its model.json: the manifest names groups of weights, each group the concatenation of its
 * shards (https://www.tensorflow.org/js/guide/save_load).
 *
 * @throws ThawError `weights.unreadable` for a GraphModel, quantised weights, a missing shard, sizes that do not add up
 */
export async function openTfjsLayers(path: string): Promise<WeightsFile> {
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
    sha256: await hashFiles(inNameOrder),
    tensors,
    read: (name) => {
      const place = tensors.get(name);
      if (place === undefined) throw noSuchTensor(path, name);
      return readPlace(place);
    },
    close: () => undefined,
  };
}
