import type { Network } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';

/** Keras names layers without a name by their kind, and counts. */
const AUTOMATIC_NAME = /^(conv2d|batch_normalization)(?:_(\d+))?$/;

function layerOf(tensor: string): string {
  return tensor.slice(0, tensor.lastIndexOf('/'));
}

function layersOf(tensorNames: Iterable<string>): readonly string[] {
  return [...new Set([...tensorNames].map(layerOf))];
}

/** Layers that Keras has named, by kind, the first made first. */
function automatic(layers: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = layers.flatMap((name) => {
    const match = AUTOMATIC_NAME.exec(name);
    return match ? [{ name, kind: match[1] ?? '', count: Number(match[2] ?? 0) }] : [];
  });
  const kinds = Map.groupBy(found, ({ kind }) => kind);
  return new Map(
    [...kinds].map(([kind, own]) => [kind, own.sort((a, b) => a.count - b.count).map(({ name }) => name)]),
  );
}

/**
 * Pairs layers by their place among those of their kind: Keras counts on from one network to the next, so that the published
 * weights of Inception v3 begin with `conv2d_1`, and those of the second network of a program with `conv2d_94`.
 */
function renumbered(expected: readonly string[], stored: readonly string[]): ReadonlyMap<string, string> {
  const theirs = automatic(stored);
  return new Map(
    [...automatic(expected)].flatMap(([kind, names]) => {
      const others = theirs.get(kind) ?? [];
      // Another number of layers is another network, or one with layers of the user's own: nothing tells which are which.
      return others.length === names.length ? others.map((name, place) => [name, names[place] ?? name] as const) : [];
    }),
  );
}

/**
 * The network's name of a tensor of a Keras file: layers that Keras has counted are found by their place, and what Keras 3
 * calls a depthwise convolution's `kernel` is its `depthwise_kernel`, as Keras 2 and the network have it.
 *
 * @param stored the names of all tensors of the file
 */
export function kerasNames(network: Network, stored: Iterable<string>): (name: string) => string {
  const names = [...stored];
  const expected = networkTensors(network);
  const layers = renumbered(layersOf(expected.map(({ name }) => name)), layersOf(names));
  const depthwise = new Set(network.layers.flatMap(({ kind, name }) => (kind === 'depthwiseConv2d' ? [name] : [])));
  return (name) => {
    const stem = layerOf(name);
    const layer = layers.get(stem) ?? stem;
    const role = name.slice(stem.length + 1);
    return `${layer}/${role === 'kernel' && depthwise.has(layer) ? 'depthwise_kernel' : role}`;
  };
}
