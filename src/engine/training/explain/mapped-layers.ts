import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { closest } from '../../network/closest.ts';
import type { Layer, Network } from '../../network/layer.ts';
import { layerShapes } from '../../network/shape.ts';

/** A layer of which a heat-map can be made. */
export interface MappedLayer {
  readonly name: string;
  readonly kind: Layer['kind'];
  readonly height: number;
  readonly width: number;
}

const KERNELS: ReadonlySet<Layer['kind']> = new Set([
  'conv2d',
  'depthwiseConv2d',
  'separableConv2d',
  'conv2dTranspose',
  'foreignGraph',
]);
const POOLS: ReadonlySet<Layer['kind']> = new Set([
  'maxPool2d',
  'averagePool2d',
  'adaptiveMaxPool2d',
  'adaptiveAveragePool2d',
]);
const MAPPED: ReadonlySet<Layer['kind']> = new Set([
  ...KERNELS,
  ...POOLS,
  'batchNorm',
  'layerNorm',
  'localResponseNorm',
  'activation',
  'add',
  'multiply',
  'concatenate',
]);

/** The layers whose output a gradient of the network's reaches: none below a graph from elsewhere, which has no gradients. */
function reachedByGradients({ layers, output }: Network): ReadonlySet<string> {
  const reached = new Set([output]);
  const barred = new Set<string>();
  for (const { name, kind, inputs } of layers.toReversed()) {
    const bars = barred.has(name) || (reached.has(name) && kind === 'foreignGraph');
    for (const input of inputs) {
      if (bars) barred.add(input);
      else if (reached.has(name)) reached.add(input);
    }
  }
  return new Set([...reached].filter((name) => !barred.has(name)));
}

/** The layers that look at the image through a kernel, their own or one below: what comes before only prepares it. */
function behindKernels(layers: readonly Layer[]): ReadonlySet<string> {
  const behind = new Set<string>();
  for (const { name, kind, inputs } of layers) {
    if (KERNELS.has(kind) || inputs.some((input) => behind.has(input))) behind.add(name);
  }
  return behind;
}

/**
 * The layers that a heat-map can be of, the last one first: their output has places, [height, width, channels], and stands
 * between the network's first kernel and its logits.
 */
export function mappedLayers(network: Network): readonly MappedLayer[] {
  const shapes = layerShapes(network);
  const reached = reachedByGradients(network);
  const behind = behindKernels(network.layers);
  return network.layers
    .flatMap(({ name, kind }) => {
      const [height = 1, width = 1, channels] = shapes.get(name) ?? [];
      const hasPlaces = channels !== undefined && height * width > 1;
      if (!hasPlaces || !MAPPED.has(kind) || !reached.has(name) || !behind.has(name)) return [];
      return [{ name, kind, height, width }];
    })
    .toReversed();
}

/** Of the layers those that none of the others stands upon: of networks side by side there is one for each. */
function lastOf({ layers }: Network, mapped: readonly MappedLayer[]): readonly MappedLayer[] {
  const byName = new Map(mapped.map((layer) => [layer.name, layer]));
  const below = new Set<string>();
  const last: MappedLayer[] = [];
  for (const { name, inputs } of layers.toReversed()) {
    const own = byName.get(name);
    if (own && !below.has(name)) last.push(own);
    if (own || below.has(name)) for (const input of inputs) below.add(input);
  }
  return last;
}

/**
 * The layer that is meant; without a name the last one of each part of the network, a pooling apart, which has fewer places than
 * what it pools.
 *
 * @returns one at least
 * @throws ThawError `usage.noMatch` for a name that is none of these, `run.state` for a network that has no such layer
 */
export function layersMeant(network: Network, name: string | null): readonly MappedLayer[] {
  const layers = mappedLayers(network);
  const whole = layers.filter(({ kind }) => !POOLS.has(kind));
  const ends = lastOf(network, whole.length > 0 ? whole : layers);
  const [last] = ends;
  if (!last) {
    throw new ThawError(
      'run.state',
      `A heat-map is of a layer whose output has places, [height, width, channels]; ${network.name} has none that a gradient reaches.`,
      'Ask for an occlusion map, which takes any network.',
    );
  }
  if (name === null) return ends;
  const found = layers.find((layer) => layer.name === name);
  if (found) return [found];
  const shape = layerShapes(network).get(name);
  const near = closest(
    name,
    layers.map((layer) => layer.name),
  );
  throw new ThawError(
    'usage.noMatch',
    shape
      ? `A heat-map is of a layer whose output has places and stands behind a kernel; that of '${name}' is [${shape.join(', ')}].`
      : `A layer is named as ${network.name} names it; '${name}' is none of its.`,
    near.length > 0
      ? `Did you mean ${near.map((one) => `'${one}'`).join(', ')}?`
      : `Take '${last.name}', the last one.`,
  );
}
