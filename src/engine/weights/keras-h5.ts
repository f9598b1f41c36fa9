import type { Group } from 'h5wasm';
import { DAMAGED_HINT, unreadable } from './files.ts';
import { childGroup, datasetPlace, type DatasetPlace, type Hdf5Listing } from './hdf5-listing.ts';

const LARGEST_ATTRIBUTE_BYTES = 1 << 24;

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
 * The layers of a nested model that weights belong to: the last scope of each, or all of them where that leaves two weights
 * one name, as of layers called `conv1/bn` and `bn`.
 */
function nestedOwners(model: string, scopes: readonly (readonly string[])[], roles: readonly string[]): string[] {
  const last = scopes.map((scope) => scope.at(-1) ?? model);
  if (new Set(last.map((owner, index) => `${owner}/${roles[index] ?? ''}`)).size === last.length) return last;
  const isWithinModel = scopes.every(([first]) => first === model);
  return scopes.map((scope) => scope.slice(isWithinModel ? 1 : 0).join('/'));
}

/**
 * `<layer>/<role>` of the weights of one group. A layer's own weights carry its group's name, which may have several parts,
 * whatever scope TensorFlow wrote before them; where they name other layers, the group is a nested model.
 */
function canonicalNames(layer: string, weightNames: readonly string[]): readonly string[] {
  const parts = weightNames.map((name) => name.replace(/:\d+$/, '').split('/'));
  const depth = layer.split('/').length;
  const owners = new Set(parts.map((part) => part.slice(0, -1).slice(-depth).join('/')));
  const [owner] = owners;
  const isLayer = owners.has('') || (owners.size === 1 && withoutNumber(owner ?? '') === withoutNumber(layer));
  const scopes = parts.map((part) => part.slice(0, -1));
  const roles = parts.map((part) => part.at(-1) ?? '');
  const nested = isLayer ? [] : nestedOwners(layer, scopes, roles);
  return parts.map((part, index) => {
    const own = nested[index] ?? layer;
    return `${own}/${roleOf(own, part.at(-1) ?? '')}`;
  });
}

/** One weight as the file lists it: the group that lists it, and `<layer>/<role>`. */
interface Listed {
  readonly group: string;
  readonly name: string;
  readonly place: DatasetPlace;
}

function listLayer(listing: Hdf5Listing, weights: Group, layer: string): readonly Listed[] {
  const { path } = listing;
  const group = childGroup(listing, weights, layer);
  if (group === null) {
    throw unreadable(path, `Every layer in 'layer_names' has a group; '${layer}' has none.`, DAMAGED_HINT);
  }
  const weightNames = nameList(path, group, 'weight_names') ?? [];
  const canonical = canonicalNames(layer, weightNames);
  return weightNames.flatMap((weightName, index) => {
    const place = datasetPlace(listing, group, weightName);
    return place === null ? [] : [{ group: layer, name: canonical[index] ?? weightName, place }];
  });
}

/** Whether an HDF5 file is laid out as Keras 2 does: its own weights, or a whole model. */
export function isLegacyLayout(listing: Hdf5Listing): boolean {
  const { path, root } = listing;
  return nameList(path, childGroup(listing, root, 'model_weights') ?? root, 'layer_names') !== null;
}

/**
 * The tensors of a Keras HDF5 file, weights alone or a whole model (its `model_weights`): groups by layer, each listing its
 * weights in `weight_names` (https://keras.io/api/models/model_saving_apis/). Kernels are in TensorFlow's layout already.
 * A layer of a model within the model has its name alone, and that model's before it where others have the same.
 *
 * @throws ThawError `weights.unreadable`
 */
export function listLegacyLayout(listing: Hdf5Listing): ReadonlyMap<string, DatasetPlace> {
  const { path, root } = listing;
  const weights = childGroup(listing, root, 'model_weights') ?? root;
  const listed = (nameList(path, weights, 'layer_names') ?? []).flatMap((layer) => listLayer(listing, weights, layer));
  const layerOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));
  const groups = new Map<string, Set<string>>();
  for (const { group, name } of listed) groups.set(layerOf(name), (groups.get(layerOf(name)) ?? new Set()).add(group));
  const tensors = new Map<string, DatasetPlace>();
  for (const { group, name: own, place } of listed) {
    const isShared = (groups.get(layerOf(own))?.size ?? 0) > 1;
    const name = isShared && layerOf(own) !== group ? `${group}/${own}` : own;
    if (tensors.has(name)) {
      throw unreadable(
        path,
        `A weight's name is used once; '${name}' is there twice.`,
        'Rename the layers of the model and save it again.',
      );
    }
    tensors.set(name, place);
  }
  return tensors;
}
