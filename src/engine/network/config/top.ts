import type { Layer } from '../layer.ts';
import { elementCount, type Shape } from '../shape.ts';

/** The layers that lead to an output. */
export interface Part {
  readonly layers: readonly Layer[];
  readonly output: string;
}

function leadingTo(layers: readonly Layer[], output: string): Part {
  const needed = new Set([output]);
  for (const layer of layers.toReversed()) {
    if (needed.has(layer.name)) for (const input of layer.inputs) needed.add(input);
  }
  return { layers: layers.filter(({ name }) => needed.has(name)), output };
}

const PROBABILITIES: ReadonlySet<string> = new Set(['softmax', 'sigmoid']);

/**
 * The network down to its logits: what makes probabilities of them is the loss's, or the reader's. A reshape may stand behind
 * it, as in MobileNet.
 */
export function withLogits({ layers, output }: Part): Part {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  let last = byName.get(output);
  while (last?.kind === 'reshape') last = byName.get(last.inputs[0] ?? '');
  if (last?.kind !== 'activation' || !PROBABILITIES.has(last.activation)) {
    return leadingTo(
      layers.map((layer) => (layer === last ? withoutProbabilities(layer) : layer)),
      output,
    );
  }
  const [below = output] = last.inputs;
  const { name } = last;
  if (name === output) return leadingTo(layers, below);
  const rewired = layers.map((layer) => ({
    ...layer,
    inputs: layer.inputs.map((one) => (one === name ? below : one)),
  }));
  return leadingTo(rewired, output);
}

function withoutProbabilities(layer: Layer): Layer {
  if (layer.kind !== 'dense' && layer.kind !== 'conv2d') return layer;
  const { activation, ...plain } = layer;
  return activation === undefined || !PROBABILITIES.has(activation) ? layer : plain;
}

/** What stands between features and a classifier, or behind it, and changes nothing but the form. */
const FORMS: ReadonlySet<Layer['kind']> = new Set(['dropout', 'reshape', 'globalAveragePooling2d']);

/**
 * The network without its classifier: up to what the last dense layer, or a convolution of single pixels that takes its
 * place, is given; global pooling is left to the new head. A network without a classifier stays whole.
 */
export function withoutTop(part: Part, shapeOf: (layer: string) => Shape): Part {
  const { layers, output } = withLogits(part);
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const below = (layer: Layer | undefined): Layer | undefined => byName.get(layer?.inputs[0] ?? '');
  let classifier = byName.get(output);
  const isVector = elementCount(shapeOf(output)) === (shapeOf(output).at(-1) ?? 0);
  while (classifier && (FORMS.has(classifier.kind) || classifier.kind === 'activation')) classifier = below(classifier);
  const isDense = classifier?.kind === 'dense';
  const isConvolution = classifier?.kind === 'conv2d' && classifier.kernelSize.every((size) => size === 1);
  if (!classifier || !isVector || !(isDense || isConvolution)) return { layers, output };
  let end = below(classifier);
  let features = end;
  while (end && FORMS.has(end.kind)) {
    // A flattened map stays as it is: pooled, it would be another one.
    const isForm =
      end.kind !== 'reshape' || elementCount(shapeOf(end.name)) === (shapeOf(end.inputs[0] ?? '').at(-1) ?? 0);
    if (!isForm) break;
    end = below(end);
    features = end;
  }
  return features ? leadingTo(layers, features.name) : { layers, output };
}
