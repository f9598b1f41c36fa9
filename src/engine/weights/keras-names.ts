import type { Layer, Network } from '../network/layer.ts';
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

/** How Keras 3, whose layers have no slashes in their names, calls one of Keras 2: `Conv_1/BatchNorm` is `conv_1_bn`. */
function withoutSlashes(layer: string): string {
  return layer
    .replace(/\/BatchNorm$/, '_bn')
    .replaceAll('/', '_')
    .toLowerCase();
}

/**
 * The network's name of a tensor of a Keras file: layers that Keras has counted are found by their place, those of Keras 3
 * by how it spells their names, and what it calls a depthwise convolution's `kernel` is its `depthwise_kernel`, as Keras 2
 * and the network have it.
 *
 * @param stored the names of all tensors of the file
 */
export function kerasNames(network: Network, stored: Iterable<string>): (name: string) => string {
  const names = [...stored];
  const expected = networkTensors(network);
  const own = layersOf(expected.map(({ name }) => name));
  const layers = new Map([
    ...own.map((layer) => [withoutSlashes(layer), layer] as const),
    ...own.map((layer) => [layer, layer] as const),
    ...renumbered(own, layersOf(names)),
  ]);
  const depthwise = new Set(network.layers.flatMap(({ kind, name }) => (kind === 'depthwiseConv2d' ? [name] : [])));
  return (name) => {
    const stem = layerOf(name);
    const layer = layers.get(stem) ?? stem;
    const role = name.slice(stem.length + 1);
    return `${layer}/${role === 'kernel' && depthwise.has(layer) ? 'depthwise_kernel' : role}`;
  };
}

/** The kinds of layers with variables, by the classes that Keras files name them by. */
const CLASSES: Readonly<Record<string, Layer['kind']>> = {
  conv2d: 'conv2d',
  conv2d_transpose: 'conv2dTranspose',
  dense: 'dense',
  depthwise_conv2d: 'depthwiseConv2d',
  separable_conv2d: 'separableConv2d',
  batch_normalization: 'batchNorm',
  layer_normalization: 'layerNorm',
};
/** Layers of one kind in a published classifier, which comes last: MobileNet v3 has two convolutions. */
const MOST_HEAD_LAYERS = 2;
const CLASS_NAME = /^([a-z][a-z_]*(?:2d)?(?:_transpose)?)(?:_(\d+))?$/;

/**
 * The network's names where a file has counted the layers of each class and kept no names, as tf.keras' `.weights.h5` does:
 * the first convolution of the file is the network's first, for both list layers as Keras does. Those of the published
 * classifier, which the network may have replaced, are the file's last.
 *
 * @param stored the names of all tensors of the file
 */
export function kerasPlaces(network: Network, stored: Iterable<string>): (name: string) => string {
  const counted = layersOf(stored).flatMap((layer) => {
    const [, kind = '', count = '0'] = CLASS_NAME.exec(layer) ?? [];
    return Object.hasOwn(CLASSES, kind) ? [{ layer, kind: CLASSES[kind], count: Number(count) }] : [];
  });
  const withTensors = new Set(networkTensors(network).map(({ layer }) => layer));
  const layers = new Map<string, string>();
  for (const [kind, own] of Map.groupBy(counted, (layer) => layer.kind)) {
    const all = network.layers.filter((layer) => layer.kind === kind && withTensors.has(layer.name));
    const pretrained = all.filter(({ name }) => network.pretrained.has(name));
    const published = own.length - pretrained.length;
    const isPretrained = published >= 0 && published <= MOST_HEAD_LAYERS;
    const theirs = isPretrained ? pretrained : own.length === all.length ? all : [];
    for (const [place, { layer }] of own.sort((a, b) => a.count - b.count).entries()) {
      const name = theirs[place]?.name;
      if (name !== undefined) layers.set(layer, name);
    }
  }
  return (name) => {
    const stem = layerOf(name);
    return `${layers.get(stem) ?? stem}${name.slice(stem.length)}`;
  };
}

/**
 * Names without what all of them begin with: Keras 3 writes the name of the model before those of its layers in the
 * checkpoints of TensorFlow.
 */
export function withoutModel(stored: Iterable<string>): (name: string) => string {
  const models = new Set(
    [...stored].map((name) => (name.split('/').length > 2 ? name.slice(0, name.indexOf('/')) : null)),
  );
  const [model] = models;
  return typeof model === 'string' && models.size === 1 ? (name) => name.slice(model.length + 1) : (name) => name;
}
