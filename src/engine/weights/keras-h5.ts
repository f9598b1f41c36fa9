import { stat } from 'node:fs/promises';
import type { Group } from 'h5wasm';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { DTYPE_BYTES, isFloat, toFloat32, type Dtype } from './dtype.ts';
import { DAMAGED_HINT, claimedElements, noSuchTensor, unreadable } from './files.ts';
import { hdf5Problem, openHdf5, type Hdf5File } from './hdf5.ts';
import type { ListedTensor, StoredWeights } from './weights-file.ts';

/** What the library, whose addresses have 32 bits, is known to read. */
const LARGEST_FILE_BYTES = 2 ** 31 - 1;
const LARGEST_ATTRIBUTE_BYTES = 1 << 24;
/** Weights barely compress; a file that claims far more than its own size is a bomb, not a network. */
const LARGEST_EXPANSION = 64;
/** A healthy file of this size is walked in a hundredth of it. */
const SLOWEST_BYTES_PER_MILLISECOND = 20_000;
const SHORTEST_LIMIT_MILLISECONDS = 3000;

interface Place extends ListedTensor {
  /** The dataset's path in the file. */
  readonly dataset: string;
  /** Chunks hang on a tree of their own, which is first followed when they are read. */
  readonly isChunked: boolean;
}

/** Keras splits a list of names that is too long for one attribute into `<name>0`, `<name>1`, ... */
function nameList(path: string, group: Group, attribute: string): readonly string[] | null {
  const attributes = group.attrs;
  const parts = attribute in attributes ? [attribute] : [];
  for (let part = 0; `${attribute}${part}` in attributes; part += 1) parts.push(`${attribute}${part}`);
  if (parts.length === 0) return null;
  return parts.flatMap((part) => {
    const found = attributes[part];
    if (found === undefined) return [];
    const { size, total_size: count } = found.metadata;
    if (count === 0) return [];
    if (size * count > LARGEST_ATTRIBUTE_BYTES) {
      throw unreadable(
        path,
        `A list of names has at most ${LARGEST_ATTRIBUTE_BYTES} bytes; '${part}' claims ${size * count}.`,
        DAMAGED_HINT,
      );
    }
    const value = found.value;
    return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];
  });
}

/** HDF5's classes of whole numbers and of floats; the type itself tells the rest. */
function hdf5Dtype(type: number, bytes: number, signed: boolean): Dtype | null {
  const name = type === 1 ? `float${bytes * 8}` : type === 0 ? `${signed ? '' : 'u'}int${bytes * 8}` : '';
  return Object.hasOwn(DTYPE_BYTES, name) ? (name as Dtype) : null;
}

function childGroup(library: Hdf5File['library'], parent: Group, name: string): Group | null {
  const child = parent.get(name);
  return child instanceof library.Group ? child : null;
}

/** `conv1_1` and `conv1` are one layer to TensorFlow 1, which numbers names that it has seen before. */
function withoutNumber(name: string): string {
  return name.replace(/_\d+$/, '');
}

/** Keras 1 wrote `<layer>_W_1` and `<layer>_b_1`; the published weights of VGG16 are still so named. */
function roleOf(layer: string, weight: string): string {
  if (!weight.startsWith(`${layer}_`)) return weight;
  const role = withoutNumber(weight.slice(layer.length + 1));
  return role === 'W' ? 'kernel' : role === 'b' ? 'bias' : weight;
}

/**
 * `<layer>/<role>` of the weights of one group. A layer's own weights carry its group's name, whatever scope TensorFlow
 * wrote before them; where they name other layers, the group is a nested model.
 */
function canonicalNames(layer: string, weightNames: readonly string[]): readonly string[] {
  const parts = weightNames.map((name) => name.replace(/:\d+$/, '').split('/'));
  const owners = new Set(parts.map((part) => part.at(-2)));
  const [owner] = owners;
  const isLayer = owners.has(undefined) || (owners.size === 1 && withoutNumber(owner ?? '') === withoutNumber(layer));
  return parts.map((part) => {
    const own = isLayer ? layer : (part.at(-2) ?? layer);
    return `${own}/${roleOf(own, part.at(-1) ?? '')}`;
  });
}

function datasetPlace(
  library: Hdf5File['library'],
  path: string,
  group: Group,
  name: string,
  fileBytes: number,
): Place | null {
  const dataset = group.get(name);
  if (!(dataset instanceof library.Dataset)) {
    throw unreadable(
      path,
      `Every weight that a layer lists is in its group; '${name}' of '${group.path}' is not.`,
      DAMAGED_HINT,
    );
  }
  const { shape, size, type, signed, littleEndian, chunks } = dataset.metadata;
  const dtype = hdf5Dtype(type, size, signed);
  if (dtype === null) return null;
  if (!littleEndian) {
    throw unreadable(
      path,
      `Thaw reads Keras weights of little-endian numbers; '${name}' is big-endian ${dtype}.`,
      'Save the weights on a little-endian machine.',
    );
  }
  const elements = shape === null ? null : claimedElements(shape);
  if (shape === null || elements === null || elements * size > fileBytes * LARGEST_EXPANSION) {
    throw unreadable(
      path,
      `A weight fits in its file; '${name}' claims the shape [${shape?.join(', ') ?? ''}] in ${fileBytes} bytes.`,
      DAMAGED_HINT,
    );
  }
  return {
    shape,
    dtype,
    storedName: name,
    isWeight: isFloat(dtype),
    dataset: dataset.path,
    isChunked: chunks !== null,
  };
}

function listTensors(library: Hdf5File['library'], path: string, root: Group, fileBytes: number): Map<string, Place> {
  const weights = childGroup(library, root, 'model_weights') ?? root;
  const layers = nameList(path, weights, 'layer_names');
  if (layers === null) {
    const found = root.keys().slice(0, 5).join(', ');
    throw unreadable(
      path,
      `A Keras .h5 names its layers in 'layer_names'; this HDF5 file has none, and holds: ${found === '' ? 'nothing' : found}.`,
      'Save with model.save_weights("name.h5") or model.save("name.h5"); the .weights.h5 of Keras 3 is not yet read.',
    );
  }
  const tensors = new Map<string, Place>();
  let claimed = 0;
  for (const layer of layers) {
    const group = childGroup(library, weights, layer);
    if (group === null) {
      throw unreadable(path, `Every layer in 'layer_names' has a group; '${layer}' has none.`, DAMAGED_HINT);
    }
    const weightNames = nameList(path, group, 'weight_names') ?? [];
    const canonical = canonicalNames(layer, weightNames);
    for (const [index, weightName] of weightNames.entries()) {
      const place = datasetPlace(library, path, group, weightName, fileBytes);
      const name = canonical[index] ?? weightName;
      if (place === null) continue;
      if (tensors.has(name)) {
        throw unreadable(
          path,
          `A weight's name is used once; '${name}' is there twice.`,
          'Rename the layers of the model and save it again.',
        );
      }
      claimed += place.shape.reduce((product, dimension) => product * dimension, DTYPE_BYTES[place.dtype]);
      if (claimed > fileBytes * LARGEST_EXPANSION) {
        throw unreadable(
          path,
          `The weights of a file fit in it; up to '${name}' they claim ${claimed} bytes of ${fileBytes}.`,
          DAMAGED_HINT,
        );
      }
      tensors.set(name, place);
    }
  }
  return tensors;
}

/**
 * Opens a Keras HDF5 file, weights alone or a whole model (its `model_weights`): groups by layer, each listing its weights
 * in `weight_names` (https://keras.io/api/models/model_saving_apis/). Kernels are in TensorFlow's layout already.
 *
 * @throws ThawError `weights.unreadable` for a truncated or damaged file, one that is not Keras', or floats of another width
 */
export async function openKerasHdf5(path: string): Promise<StoredWeights> {
  const { size } = await stat(path);
  if (size > LARGEST_FILE_BYTES) {
    throw unreadable(
      path,
      `An .h5 file is read up to ${LARGEST_FILE_BYTES} bytes; this one has ${size}.`,
      'Save the weights without the optimizer, or as safetensors.',
    );
  }
  const explained = (error: unknown): unknown =>
    error instanceof ThawError
      ? error
      : unreadable(
          path,
          `An .h5 file is complete HDF5; reading it ended with: ${hdf5Problem(error)}.`,
          DAMAGED_HINT,
          error,
        );
  const limit = Math.ceil(SHORTEST_LIMIT_MILLISECONDS + size / SLOWEST_BYTES_PER_MILLISECOND);
  const file = await openHdf5({ path, offset: 0, bytes: size }, limit).catch((error: unknown) => {
    throw explained(error);
  });
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw explained(error);
    }
  };
  let tensors: Map<string, Place>;
  try {
    tensors = guarded(() => file.run(() => listTensors(file.library, path, file.root, size), limit));
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    path,
    format: 'keras-h5',
    framework: 'keras',
    files: [path],
    tensors,
    read: (name) => {
      const place = tensors.get(name);
      if (place === undefined) throw noSuchTensor(path, name);
      const { shape, dtype, dataset, isChunked } = place;
      const bytes = shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
      return toFloat32(
        guarded(() => file.bytesOf(dataset, bytes, isChunked ? limit : null)),
        dtype,
      );
    },
    close: () => file.close(),
  };
}
