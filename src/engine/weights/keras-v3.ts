import type { Group } from 'h5wasm';
import { unreadable } from './files.ts';
import { childGroup, datasetPlace, textAttribute, type DatasetPlace, type Hdf5Listing } from './hdf5-listing.ts';
import type { LayerConfiguration } from './keras-config.ts';

const DEEPEST = 32;
const MOST_GROUPS = 100_000;

/** The variables of layers by the names of their classes in the file, in the order in which they are numbered. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  conv2d: ['kernel', 'bias'],
  conv2d_transpose: ['kernel', 'bias'],
  dense: ['kernel', 'bias'],
  depthwise_conv2d: ['depthwise_kernel', 'bias'],
  separable_conv2d: ['depthwise_kernel', 'pointwise_kernel', 'bias'],
  batch_normalization: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
  layer_normalization: ['gamma', 'beta'],
  normalization: ['mean', 'variance', 'count'],
};

/** A layer with variables. */
interface StoredLayer {
  /** `layers/conv2d_1` */
  readonly path: string;
  readonly name: string;
  /** The models that it is in, the outermost first and without the file's own. */
  readonly models: readonly string[];
  readonly group: Group;
  readonly variables: readonly string[];
}

/** Which roles the numbered variables of a layer have: those that its configuration leaves out have no number. */
function rolesOf({ path, variables }: StoredLayer, configuration: LayerConfiguration | undefined): readonly string[] {
  const kind = (path.split('/').at(-1) ?? '').replace(/_\d+$/, '');
  const roles = (Object.hasOwn(ROLES, kind) ? ROLES[kind] : undefined) ?? [];
  if (!/_?normalization$/.test(kind) || kind === 'normalization') return roles;
  const missing = roles.length - variables.length;
  // Without a configuration one alone is taken for beta: networks that leave one out leave out the scale.
  const without =
    configuration !== undefined
      ? [...(configuration.scale ? [] : ['gamma']), ...(configuration.center ? [] : ['beta'])]
      : ['gamma', 'beta'].slice(0, missing);
  return roles.filter((role) => !without.includes(role));
}

/** Every group with a `vars` group of numbered datasets, in the order of the file. */
function storedLayers(listing: Hdf5Listing, configurations: ReadonlyMap<string, LayerConfiguration>): StoredLayer[] {
  const found: StoredLayer[] = [];
  let groups = 0;
  const visit = (group: Group, path: string, models: readonly string[]): void => {
    groups += 1;
    if (groups > MOST_GROUPS || path.split('/').length > DEEPEST) {
      throw unreadable(
        listing.path,
        `The layers of a Keras 3 file lie in at most ${MOST_GROUPS} groups, ${DEEPEST} deep; '${path.slice(0, 200)}' is more.`,
        'Do not use this file.',
      );
    }
    const own = childGroup(listing, group, 'vars');
    const name = (own && textAttribute(own, 'name')) ?? configurations.get(path)?.name ?? path.split('/').at(-1) ?? '';
    const variables = own?.keys().filter((key) => /^\d+$/.test(key)) ?? [];
    if (own && variables.length > 0) {
      variables.sort((left, right) => Number(left) - Number(right));
      found.push({ path, name, models, group: own, variables });
    }
    for (const key of group.keys()) {
      const child = key === 'vars' ? null : childGroup(listing, group, key);
      if (child === null) continue;
      // `layers` and other containers have no variables of their own, and no name.
      const isModel = own !== null && path !== '';
      visit(child, path === '' ? key : `${path}/${key}`, isModel ? [...models, name] : models);
    }
  };
  visit(listing.root, '', []);
  return found;
}

/** Whether an HDF5 file is laid out as Keras 3 does. */
export function isVersion3Layout({ root }: Hdf5Listing): boolean {
  const keys = root.keys();
  return keys.includes('layers') || keys.includes('vars') || keys.includes('_layer_checkpoint_dependencies');
}

/**
 * The tensors of the `.weights.h5` layout of Keras 3: `layers/<class>/vars/<number>`, where each layer tells its name since
 * Keras 3.6, and the archive's configuration does before
 * (https://github.com/keras-team/keras/blob/master/keras/src/saving/saving_lib.py).
 *
 * @param configurations of the layers, by their paths; empty where there is none
 * @throws ThawError `weights.unreadable`
 */
export function listVersion3Layout(
  listing: Hdf5Listing,
  configurations: ReadonlyMap<string, LayerConfiguration>,
): ReadonlyMap<string, DatasetPlace> {
  const layers = storedLayers(listing, configurations);
  const isOptimizer = ({ path }: StoredLayer): boolean => /^optimizer(\/|$)/.test(path);
  const byName = Map.groupBy(
    layers.filter((layer) => !isOptimizer(layer)),
    ({ name }) => name,
  );
  const tensors = new Map<string, DatasetPlace>();
  for (const layer of layers) {
    const isUnique = (byName.get(layer.name)?.length ?? 0) <= 1;
    const stem = isOptimizer(layer) ? layer.path : isUnique ? layer.name : [...layer.models, layer.name].join('/');
    const roles = rolesOf(layer, configurations.get(layer.path));
    for (const [index, variable] of layer.variables.entries()) {
      const place = datasetPlace(listing, layer.group, variable);
      if (place === null) continue;
      const name = `${stem}/${roles[index] ?? `vars/${variable}`}`;
      if (tensors.has(name)) {
        throw unreadable(
          listing.path,
          `A weight's name is used once; '${name}' is there twice.`,
          'Rename the layers of the model and save it again.',
        );
      }
      const storedName = `${layer.path === '' ? '' : `${layer.path}/`}vars/${variable}`;
      tensors.set(name, { ...place, storedName, isWeight: place.isWeight && !isOptimizer(layer) });
    }
  }
  return tensors;
}
