import type { Network } from '../network/layer.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { networkTensors } from '../network/shape.ts';
import { assignment, type Assignment } from './assign.ts';
import { type } from './attribute.ts';
import { gradients } from './gradient.ts';
import { Graph, type Kernels, type Tensor } from './graph.ts';
import { classProbabilities, predictedLabels } from './loss.ts';
import { lower } from './lower.ts';
import { add } from './ops/add.ts';
import { cast } from './ops/cast.ts';
import { imagesFromBytes } from './ops/images-from-bytes.ts';
import { mean } from './ops/mean.ts';
import { multiply } from './ops/multiply.ts';
import { oneHot } from './ops/one-hot.ts';
import { relu } from './ops/relu.ts';
import { reshape } from './ops/reshape.ts';
import { scale } from './ops/scale.ts';
import { shift } from './ops/shift.ts';
import { sum } from './ops/sum.ts';
import { encodeSavedModel, type Signature } from './saved-model.ts';

/** A network that tells where its layers' outputs speak for a class. */
export interface HeatMapProgram {
  readonly savedModel: Uint8Array;
  readonly signatures: Readonly<Record<string, Signature>>;
  /** How many logits the network has: one a class, or a single one for two. */
  readonly logits: number;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly assignSlices: Assignment['slices'];
}

/** The signature that gives the heat-map of a layer. */
export function heatMapSignature(layer: string): string {
  return `heat_map/${layer}`;
}

/**
 * What to feed as `weights` for a class: what its logit counts. Of a single logit, the second class', the first counts its
 * negative.
 */
export function logitWeights(logits: number, classIndex: number): Float32Array {
  if (logits === 1) return Float32Array.of(classIndex === 0 ? -1 : 1);
  return Float32Array.from({ length: logits }, (_, index) => (index === classIndex ? 1 : 0));
}

/** The class that is predicted, in the form of `logitWeights`: [batch, logits]. */
function predictedWeights(graph: Graph, name: string, logits: Tensor): Tensor {
  const labels = predictedLabels(graph, `${name}/labels`, logits);
  const classes = logits.shape[1] ?? 1;
  if (classes > 1) return oneHot(graph, name, labels, { classes, on: 1, off: 0 });
  const column = reshape(graph, `${name}/column`, cast(graph, `${name}/float`, labels, 'float32'), [-1, 1]);
  return shift(graph, name, scale(graph, `${name}/doubled`, column, 2), -1);
}

/** The sum of the logits that is asked about; which ones these are is no matter of its gradient. */
function score(graph: Graph, logits: Tensor, weights: Tensor, predicted: Tensor): Tensor {
  const own = multiply(graph, 'score/own', predictedWeights(graph, 'score/predicted', logits), predicted);
  const chosen = graph.single({
    op: 'StopGradient',
    name: 'score/chosen',
    inputs: [add(graph, 'score/weights/all', weights, own)],
    attributes: { T: type('float32') },
    outputs: [{ dtype: 'float32', shape: logits.shape }],
    sources: [],
  });
  return sum(graph, 'score', multiply(graph, 'score/weighted', logits, chosen));
}

/** Grad-CAM's map: the channels of a feature map, each by its mean gradient, and of their sum what speaks for the class. */
function heatMap(graph: Graph, name: string, features: Tensor, gradient: Tensor): Tensor {
  const weights = mean(graph, `${name}/weights`, gradient, [1, 2]);
  const spread = reshape(graph, `${name}/weights/spread`, weights, [-1, 1, 1, features.shape[3] ?? -1]);
  const weighted = multiply(graph, `${name}/weighted`, features, spread);
  return relu(graph, name, sum(graph, `${name}/sum`, weighted, [3]));
}

/**
 * Compiles a network as prediction computes it (dropout off, BatchNorm on its moving statistics, float32), with Grad-CAM
 * (Selvaraju et al., arXiv:1610.02391, equations 1 and 2) of any of its layers for any class. All maps share one forward pass
 * and one backward pass, of which a signature runs what lies above its layer.
 *
 * - `assign` and its slices
 * - `heat_map/<layer>` {images, weights, predicted}: `map` [batch, height, width], not scaled, and `probabilities`
 *   [batch, classes]. `weights` [batch, logits] as `logitWeights` gives them with `predicted` [] 0, or zeros with 1, which
 *   asks for the class that each image is predicted to be
 *
 * Images are uint8 pixels [batch, height, width, 3], row-major, in a string scalar.
 *
 * @param layers whose output is [height, width, channels] and reaches the logits through ops that have gradients
 * @throws ThawError `graph.invalid` for a layer from which no gradient is had
 */
export function compileHeatMaps(
  network: Network,
  preprocessing: Preprocessing,
  layers: readonly string[],
  kernels: Kernels = 'other',
): HeatMapProgram {
  const graph = new Graph(kernels);
  const variables = new Map(networkTensors(network).map(({ name, shape }) => [name, graph.variable(name, shape)]));
  const images = graph.placeholder('explain/images', 'string', []);
  const input = imagesFromBytes(graph, 'explain/input', images, { ...preprocessing, channels: 3 });
  const given = network.layers.find(({ kind }) => kind === 'input')?.name ?? 'input';
  const { outputs } = lower(network.layers, new Map([[given, input]]), {
    graph,
    scope: 'explain',
    variables,
    folded: [],
    movingStatistics: new Set(),
    dropoutSeed: null,
    precision: 'float32',
    output: network.output,
  });
  const outputOf = (layer: string): Tensor => {
    const found = outputs.get(layer);
    if (!found) throw new TypeError(`The network has no layer '${layer}'.`);
    return found;
  };
  const logits = outputOf(network.output);
  const weights = graph.placeholder('score/weights', 'float32', [-1, logits.shape[1] ?? 1]);
  const predicted = graph.placeholder('score/is_predicted', 'float32', []);
  const probabilities = classProbabilities(graph, 'probabilities', logits);
  const targets = layers.map(outputOf);
  const found = gradients(graph, score(graph, logits, weights, predicted), targets);
  const assigned = assignment(graph, { variables: [...variables.values()] });
  const signatures: Record<string, Signature> = { ...assigned.signatures };
  layers.forEach((layer, index) => {
    const [target, gradient] = [targets[index], found[index]];
    if (!target || !gradient) throw new TypeError(`There is no gradient by '${layer}'.`);
    const map = heatMap(graph, `heat_map/${layer}`, target, gradient);
    signatures[heatMapSignature(layer)] = { inputs: { images, weights, predicted }, outputs: { map, probabilities } };
  });
  return {
    savedModel: encodeSavedModel(graph, signatures),
    signatures,
    logits: logits.shape[1] ?? 1,
    tensors: [...variables.values()],
    assignSlices: assigned.slices,
  };
}
