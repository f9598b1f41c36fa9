import type { Layer, Network } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';
import type { Moving } from './apply-rules.ts';

/** Where what is computed once per image ends. */
export interface Boundary {
  /** The frozen prefix in the network's order: every layer that gives the same output each time it sees an image. */
  readonly prefix: readonly string[];
  /** The layers whose outputs leave the prefix, in order: what is cached. Empty when nothing is worth caching. */
  readonly cut: readonly string[];
  /** Why frozen layers lie above the cut, or why there is none: a clause for people. null where nothing is in the way. */
  readonly forbiddenBy: string | null;
}

/**
 * True if the layer's output can differ between two passes of one image while training. What leaves out a residual branch as
 * a whole does so for the sake of what learns in it: above frozen layers alone, it leaves out nothing.
 */
function isRandom(layer: Layer): boolean {
  return layer.kind === 'dropout' && layer.rate > 0 && layer.perImage !== true;
}

/** The longest prefix: every layer that neither trains, nor adapts, nor is random, as its ancestors. */
function fixedLayers(network: Network, { trainable, movingStatistics }: Moving): Set<string> {
  const fixed = new Set<string>();
  for (const layer of network.layers) {
    if (trainable.has(layer.name) || movingStatistics.has(layer.name) || isRandom(layer)) continue;
    if (layer.inputs.every((input) => fixed.has(input))) fixed.add(layer.name);
  }
  return fixed;
}

function readersOf(network: Network): ReadonlyMap<string, readonly Layer[]> {
  const readers = new Map<string, Layer[]>(network.layers.map(({ name }) => [name, []]));
  for (const layer of network.layers) for (const input of layer.inputs) readers.get(input)?.push(layer);
  return readers;
}

/**
 * Why frozen layers stay above the boundary: of the layers that end the prefix, one that only adapts is named first, for
 * it could be frozen; then the lowest that trains.
 */
function obstacle(
  network: Network,
  fixed: ReadonlySet<string>,
  withTensors: ReadonlySet<string>,
  { trainable, movingStatistics }: Moving,
  isCached: boolean,
): string | null {
  const ends = network.layers.filter(
    (layer) => !fixed.has(layer.name) && layer.inputs.every((input) => fixed.has(input)),
  );
  const adapting = ends.find((layer) => movingStatistics.has(layer.name) && !trainable.has(layer.name));
  if (adapting) return `'${adapting.name}' adapts its statistics to the images`;
  const isShut = [...withTensors].some((name) => !trainable.has(name) && !fixed.has(name));
  if (isCached && !isShut) return null;
  const trains = ends.find((layer) => trainable.has(layer.name));
  if (trains) return `'${trains.name}' trains ${isCached ? 'below frozen layers' : 'at the bottom'}`;
  const [random] = ends;
  return random ? `'${random.name}' drops other features at each step` : null;
}

/** Finds the longest prefix that gives the same output each time, and what of it is worth caching. */
export function findBoundary(network: Network, moving: Moving): Boundary {
  const fixed = fixedLayers(network, moving);
  const withTensors = new Set(networkTensors(network).map((tensor) => tensor.layer));
  const isCached = network.layers.some(({ name }) => fixed.has(name) && withTensors.has(name));
  const forbiddenBy = obstacle(network, fixed, withTensors, moving, isCached);
  if (!isCached) return { prefix: [], cut: [], forbiddenBy };

  const readers = readersOf(network);
  const isReadAbove = (name: string, other?: Layer): boolean =>
    (readers.get(name) ?? []).some((reader) => reader !== other && !fixed.has(reader.name));
  for (const layer of network.layers.toReversed()) {
    if (withTensors.has(layer.name) || layer.kind === 'input' || layer.name === network.output) continue;
    if ((readers.get(layer.name) ?? []).some((reader) => fixed.has(reader.name))) continue;
    // Zeros at the rim cost disk and save no work; neither does a pooling of what is cached anyway. What only feeds the part
    // that trains is then left to the train graph.
    // The parts of a fused network are kept apart, so that each has a boundary of its own.
    const isCheap =
      layer.kind === 'zeroPadding2d' ||
      layer.name === network.fusion ||
      layer.inputs.every((input) => isReadAbove(input, layer));
    if (isCheap) fixed.delete(layer.name);
  }
  const prefix = network.layers.filter(({ name }) => fixed.has(name)).map(({ name }) => name);
  const cut = prefix.filter((name) => name === network.output || isReadAbove(name));
  return { prefix, cut, forbiddenBy };
}
