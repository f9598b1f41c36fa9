import { classifierOf } from '../network/head.ts';
import type { Layer, Network } from '../network/layer.ts';
import { elementCount, layerShapes, networkTensors, type Shape } from '../network/shape.ts';
import { withNetworkNames } from './network-names.ts';
import type { TensorEntry, WeightsFile } from './weights-file.ts';

/** A tensor of the new head, and where a file has it. */
export interface HeadTensor {
  readonly shape: readonly number[];
  readonly entry: TensorEntry;
  /** @throws ThawError `weights.unreadable` */
  readonly read: () => Float32Array;
}

/** The classifier that a file of weights brings along, of the features that a new head stands on. */
export interface OwnClassifier {
  /** Its outputs: one a class or, of a sigmoid over two, a single one. */
  readonly outputs: number;
  /** By the names of the new head's tensors; without a bias where it has none. */
  readonly tensors: ReadonlyMap<string, HeadTensor>;
}

/** The published classifier on a network, were it of so many classes; null where there is none of so many. */
export type WithTop = (classes: number) => Network | null;

/** The mean of each channel over the whole image, in whatever way a publisher writes it. */
function isAverage(layer: Layer, input: Shape): boolean {
  if (layer.kind === 'globalAveragePooling2d') return true;
  if (layer.kind === 'adaptiveAveragePool2d') return layer.outputSize.every((size) => size === 1);
  if (layer.kind !== 'averagePool2d' || layer.padding === 'same') return false;
  const isPadded = layer.padding !== 'valid' && Object.values(layer.padding).some((size: number) => size > 0);
  return !isPadded && layer.poolSize.every((size, axis) => size === input[axis]);
}

/** What may stand between features and a classifier, or behind it, and leaves it the new head's equal. */
function changesForm(layer: Layer, input: Shape): boolean {
  if (layer.kind === 'reshape' || layer.kind === 'permute')
    return elementCount(input) === input.reduce((most, size) => Math.max(most, size), 0);
  return layer.kind === 'dropout' || isAverage(layer, input);
}

/**
 * The one layer by which a published classifier tells classes apart, where it does the same as the new head, whose
 * convolution of single pixels is a dense layer; null for others, such as hidden layers or a ReLU behind it.
 */
function classifierLayer(top: Network, base: ReadonlySet<string>): string | null {
  const shapes = layerShapes(top);
  const classifiers = top.layers.filter(
    (layer) => !base.has(layer.name) && !changesForm(layer, shapes.get(layer.inputs[0] ?? '') ?? []),
  );
  const [only] = classifiers;
  if (!only || classifiers.length > 1) return null;
  if (only.kind === 'dense') return only.activation === undefined ? only.name : null;
  const isDense =
    only.kind === 'conv2d' &&
    only.kernelSize.every((size) => size === 1) &&
    (only.groups ?? 1) === 1 &&
    only.activation === undefined;
  return isDense ? only.name : null;
}

function headTensors(
  file: WeightsFile,
  classifier: string,
  head: string,
  features: number,
): Pick<OwnClassifier, 'outputs' | 'tensors'> | null {
  const kernel = file.tensors.get(`${classifier}/kernel`);
  if (!kernel) return null;
  const outputs = kernel.shape.at(-1) ?? 0;
  // [features, outputs], or that of a convolution: [1, 1, features, outputs].
  if (elementCount(kernel.shape) !== features * outputs || outputs === 0) return null;
  if (kernel.shape.at(-2) !== features) return null;
  const tensors = new Map<string, HeadTensor>();
  for (const role of ['kernel', 'bias']) {
    const entry = file.tensors.get(`${classifier}/${role}`);
    if (role === 'bias' && entry && entry.shape.join() !== String(outputs)) return null;
    const shape = role === 'bias' ? [outputs] : [features, outputs];
    if (entry) tensors.set(`${head}/${role}`, { shape, entry, read: () => file.read(`${classifier}/${role}`) });
  }
  return { outputs, tensors };
}

/**
 * Finds a file's own classifier where it stands on the same features as a new head and does the same with them.
 *
 * @param network with its new head, whose last layer is dense
 * @param base the same network without it
 * @param withTop of the network's publisher; null where it has no classifier of its own
 * @returns null where the file has none that could take the head's place
 */
export function ownClassifier(
  network: Network,
  base: Network,
  withTop: WithTop,
  file: WeightsFile,
): OwnClassifier | null {
  const head = classifierOf(network);
  const kernel = networkTensors(network).find(({ name }) => name === `${head}/kernel`);
  const [features = 0, units = 0] = kernel?.shape ?? [];
  if (base.layers.some(({ name }) => name === head)) return null;
  // A run's own, by the names that Thaw itself gives.
  const same = headTensors(withNetworkNames(network, file), head, head, features);
  if (same) return same;
  const top = withTop(units);
  const classifier = top && classifierLayer(top, new Set(base.layers.map(({ name }) => name)));
  return classifier === null ? null : headTensors(withNetworkNames(top ?? network, file), classifier, head, features);
}
