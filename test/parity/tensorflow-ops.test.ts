import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPeerPython } from '../../bench/peer-python.ts';
import { gradients } from '../../src/engine/graph/gradient.ts';
import { Graph, type Tensor } from '../../src/engine/graph/graph.ts';
import { exampleWeights, lossAndHits, meanLoss, type Objective } from '../../src/engine/graph/loss.ts';
import { lower } from '../../src/engine/graph/lower.ts';
import { adaptiveAveragePool, adaptiveMaxPool } from '../../src/engine/graph/ops/adaptive-pool.ts';
import { averagePool } from '../../src/engine/graph/ops/average-pool.ts';
import { contrastiveLoss } from '../../src/engine/graph/ops/contrastive-loss.ts';
import { conv2dTranspose } from '../../src/engine/graph/ops/conv2d-transpose.ts';
import { conv2d } from '../../src/engine/graph/ops/conv2d.ts';
import { layerNorm } from '../../src/engine/graph/ops/layer-norm.ts';
import { localResponseNorm } from '../../src/engine/graph/ops/local-response-norm.ts';
import { marginRankingLoss } from '../../src/engine/graph/ops/margin-ranking-loss.ts';
import { maxPool } from '../../src/engine/graph/ops/max-pool.ts';
import { multiply } from '../../src/engine/graph/ops/multiply.ts';
import { reflectPad } from '../../src/engine/graph/ops/reflect-pad.ts';
import { resize } from '../../src/engine/graph/ops/resize.ts';
import { separableConv2d } from '../../src/engine/graph/ops/separable-conv2d.ts';
import { slice } from '../../src/engine/graph/ops/slice.ts';
import { transpose } from '../../src/engine/graph/ops/transpose.ts';
import type { ActivationLayer } from '../../src/engine/network/layer.ts';
import { elementsOf, floats, loadGraph, randomValues } from '../support/graph-session.ts';

/** An op of ours beside what TensorFlow or Keras, for Python, call the same. */
interface Pair {
  readonly ours: (graph: Graph, ...inputs: Tensor[]) => Tensor;
  /** The inputs are a, b and c. */
  readonly theirs: string;
  readonly shapes: readonly (readonly number[])[];
  /** Inputs are random in [-spread, spread). */
  readonly spread?: number;
}

function activation(name: ActivationLayer['activation'], theirs: string): Pair {
  const layer: ActivationLayer = { kind: 'activation', activation: name, name: 'op', inputs: ['below'], block: 'op' };
  return {
    ours: (graph, input) => {
      const lowering = {
        graph,
        scope: 'test',
        variables: new Map<string, never>(),
        folded: [],
        dropoutSeed: null,
        precision: 'float32' as const,
        output: '',
      };
      const given = new Map([['below', input]]);
      return lower([layer], given, { ...lowering, movingStatistics: new Set() }).outputs.get('op') ?? input;
    },
    theirs,
    shapes: [[2, 3, 4, 3]],
    spread: 8,
  };
}

const LABELS = [1, 0, 1, 1];

/** The mean loss of four examples whose classes weigh 0.5 and 3, by their logits; theirs is given the labels as `y`. */
function loss(objective: Objective, logits: 1 | 2, theirs: string): Pair {
  const targets = logits === 1 ? `tf.constant([[1.], [0.], [1.], [1.]])` : `tf.one_hot([${LABELS.join()}], 2)`;
  return {
    ours: (graph, input) => {
      const labels = graph.constant('labels', 'int32', [4], LABELS);
      const { losses } = lossAndHits(graph, 'op', input, labels, objective);
      return meanLoss(graph, 'mean', losses, exampleWeights(graph, 'weights', labels, [0.5, 3]));
    },
    theirs: `(lambda y: keras.losses.${theirs}, sample_weight=tf.constant([3., 0.5, 3., 3.])))(${targets})`,
    shapes: [[4, logits]],
    spread: 3,
  };
}

const AROUND = { top: 1, bottom: 1, left: 1, right: 1 };
const SAME = { strides: [1, 1], padding: 'SAME' } as const;

const pairs: Readonly<Record<string, Pair>> = {
  elu: activation('elu', 'tf.nn.elu(a)'),
  gelu: activation('gelu', 'tf.nn.gelu(a)'),
  'gelu by tanh': activation('gelu_tanh', 'tf.nn.gelu(a, approximate=True)'),
  'hard sigmoid': activation('hard_sigmoid', 'keras.activations.hard_sigmoid(a)'),
  'hard swish': activation('hard_swish', 'keras.activations.hard_swish(a)'),
  'leaky relu': activation('leaky_relu', 'keras.activations.leaky_relu(a)'),
  relu: activation('relu', 'tf.nn.relu(a)'),
  relu6: activation('relu6', 'tf.nn.relu6(a)'),
  selu: activation('selu', 'tf.nn.selu(a)'),
  sigmoid: activation('sigmoid', 'tf.nn.sigmoid(a)'),
  softmax: activation('softmax', 'tf.nn.softmax(a)'),
  swish: activation('swish', 'tf.nn.silu(a)'),
  tanh: activation('tanh', 'tf.nn.tanh(a)'),
  'layer normalisation': {
    ours: (graph, input, scale, offset) => layerNorm(graph, 'op', input, { scale, offset, epsilon: 1e-3 }),
    theirs: 'keras.ops.layer_normalization(a, gamma=b, beta=c, epsilon=1e-3)',
    shapes: [[2, 3, 4, 6], [6], [6]], // prettier-ignore
  },
  'a separable convolution': {
    ours: (graph, input, depthwise, pointwise) =>
      separableConv2d(graph, 'op', input, { depthwise, pointwise }, { strides: [2, 2], padding: 'SAME' }),
    theirs: "tf.nn.separable_conv2d(a, b, c, [1, 2, 2, 1], 'SAME')",
    shapes: [[2, 7, 6, 3], [3, 3, 3, 2], [1, 1, 6, 5]], // prettier-ignore
  },
  'a transposed convolution': {
    ours: (graph, input, filter) => conv2dTranspose(graph, 'op', input, filter, { strides: [2, 3], padding: 'VALID' }),
    theirs: "keras.ops.conv_transpose(a, b, strides=(2, 3), padding='valid')",
    shapes: [[2, 4, 3, 3], [3, 2, 4, 3]], // prettier-ignore
  },
  'a transposed convolution that pads': {
    ours: (graph, input, filter) => conv2dTranspose(graph, 'op', input, filter, { strides: [2, 2], padding: 'SAME' }),
    theirs: "keras.ops.conv_transpose(a, b, strides=2, padding='same')",
    shapes: [[2, 4, 3, 3], [3, 3, 4, 3]], // prettier-ignore
  },
  'a transposed convolution that pads, its output padded': {
    ours: (graph, input, filter) =>
      conv2dTranspose(graph, 'op', input, filter, { strides: [2, 2], padding: 'SAME', outputPadding: [0, 1] }),
    theirs: "keras.ops.conv_transpose(a, b, strides=2, padding='same', output_padding=(0, 1))",
    shapes: [[2, 4, 3, 3], [3, 3, 4, 3]], // prettier-ignore
  },
  'a transposed convolution whose output is padded': {
    ours: (graph, input, filter) =>
      conv2dTranspose(graph, 'op', input, filter, { strides: [3, 2], padding: 'VALID', outputPadding: [2, 1] }),
    theirs: "keras.ops.conv_transpose(a, b, strides=(3, 2), padding='valid', output_padding=(2, 1))",
    shapes: [[2, 4, 3, 3], [3, 2, 4, 3]], // prettier-ignore
  },
  'adaptive means': {
    ours: (graph, input) => adaptiveAveragePool(graph, 'op', input, { outputSize: [3, 2] }),
    theirs: 'keras.layers.AdaptiveAveragePooling2D((3, 2))(a)',
    shapes: [[2, 7, 5, 3]],
  },
  'adaptive largest values': {
    ours: (graph, input) => adaptiveMaxPool(graph, 'op', input, { outputSize: [3, 2] }),
    theirs: 'keras.layers.AdaptiveMaxPooling2D((3, 2))(a)',
    shapes: [[2, 7, 5, 3]],
  },
  'weighted cross-entropy of smoothed labels': loss(
    { loss: 'crossEntropy', labelSmoothing: 0.2 },
    2,
    'CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)(y, a',
  ),
  'weighted cross-entropy of smoothed labels, of one logit': loss(
    { loss: 'crossEntropy', labelSmoothing: 0.2 },
    1,
    'BinaryCrossentropy(from_logits=True, label_smoothing=0.2)(y, a',
  ),
  'weighted cross-entropy of labels': loss(
    { loss: 'crossEntropy', labelSmoothing: 0 },
    2,
    'CategoricalCrossentropy(from_logits=True)(y, a',
  ),
  'weighted squared error of probabilities': loss(
    { loss: 'meanSquaredError', labelSmoothing: 0 },
    2,
    'MeanSquaredError()(y, tf.nn.softmax(a)',
  ),
  'weighted squared error of one probability': loss(
    { loss: 'meanSquaredError', labelSmoothing: 0 },
    1,
    'MeanSquaredError()(y, tf.sigmoid(a)',
  ),
  'contrastive loss': {
    ours: (graph, first, second, alike) => contrastiveLoss(graph, 'op', { first, second, alike }, 1.5),
    theirs:
      '(lambda d: (c * d ** 2 + (1 - c) * tf.maximum(1.5 - d, 0) ** 2) / 2)(tf.norm(a - b, axis=1, keepdims=True))',
    shapes: [[6, 3], [6, 3], [6, 1]], // prettier-ignore
  },
  'margin ranking loss': {
    ours: (graph, first, second, order) => marginRankingLoss(graph, 'op', { first, second, order }, 0.5),
    theirs: 'tf.maximum(0., 0.5 - c * (a - b))',
    shapes: [[8], [8], [8]],
  },
  'local response normalisation': {
    ours: (graph, input) => localResponseNorm(graph, 'op', input, { depthRadius: 2, bias: 2, alpha: 0.3, beta: 0.75 }),
    theirs: 'tf.nn.local_response_normalization(a, depth_radius=2, bias=2, alpha=0.3, beta=0.75)',
    shapes: [[2, 3, 4, 7]],
    spread: 3,
  },
  'padding by reflection': {
    ours: (graph, input) => reflectPad(graph, 'op', input, { top: 1, bottom: 2, left: 3, right: 0 }),
    theirs: "tf.pad(a, [[0, 0], [1, 2], [3, 0], [0, 0]], 'REFLECT')",
    shapes: [[2, 3, 4, 2]],
  },
  transposition: {
    ours: (graph, input) => transpose(graph, 'op', input, [0, 3, 1, 2]),
    theirs: 'tf.transpose(a, [0, 3, 1, 2])',
    shapes: [[2, 3, 4, 2]],
  },
  'a slice': {
    ours: (graph, input) => slice(graph, 'op', input, [0, 1, 0, 1], [-1, 2, 3, 1]),
    theirs: 'a[:, 1:3, :3, 1:]',
    shapes: [[2, 4, 4, 2]],
  },
  'bilinear enlarging': {
    ours: (graph, input) => resize(graph, 'op', input, { height: 7, width: 9, interpolation: 'bilinear' }),
    theirs: "tf.image.resize(a, [7, 9], 'bilinear')",
    shapes: [[2, 4, 4, 2]],
  },
  'bilinear shrinking': {
    ours: (graph, input) => resize(graph, 'op', input, { height: 3, width: 2, interpolation: 'bilinear' }),
    theirs: "tf.image.resize(a, [3, 2], 'bilinear')",
    shapes: [[2, 7, 5, 2]],
  },
  'resizing to the nearest': {
    ours: (graph, input) => resize(graph, 'op', input, { height: 7, width: 3, interpolation: 'nearest' }),
    theirs: "tf.image.resize(a, [7, 3], 'nearest')",
    shapes: [[2, 4, 5, 2]],
  },
  'a mean of windows with zeros around': {
    ours: (graph, input) => averagePool(graph, 'op', input, { poolSize: [3, 3], strides: [2, 2], padding: AROUND }),
    theirs: "tf.nn.avg_pool(tf.pad(a, [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 2, 'VALID')",
    shapes: [[2, 6, 5, 3]],
  },
  'a mean of what lies inside': {
    ours: (graph, input) =>
      averagePool(graph, 'op', input, { poolSize: [3, 3], strides: [1, 1], padding: AROUND, countPadding: false }),
    theirs: "tf.nn.avg_pool(a, 3, 1, 'SAME')",
    shapes: [[2, 6, 5, 3]],
  },
  'the largest of windows with padding': {
    ours: (graph, input) => maxPool(graph, 'op', input, { poolSize: [3, 3], strides: [2, 2], padding: AROUND }),
    theirs: 'tf.nn.max_pool2d(a, 3, 2, [[0, 0], [1, 1], [1, 1], [0, 0]])',
    shapes: [[2, 6, 5, 3]],
  },
  'a product that repeats': {
    ours: (graph, input, gate) => multiply(graph, 'op', input, gate),
    theirs: 'a * b',
    shapes: [[2, 3, 4, 5], [2, 1, 1, 5]], // prettier-ignore
  },
  'a dilated convolution': {
    ours: (graph, input, filter) => conv2d(graph, 'op', input, filter, { ...SAME, dilations: [2, 3] }),
    theirs: "tf.nn.convolution(a, b, padding='SAME', dilations=[2, 3])",
    shapes: [[2, 9, 8, 3], [3, 3, 3, 4]], // prettier-ignore
  },
  // Its gradients have no kernels on a CPU.
  'a convolution in groups': {
    ours: (graph, input, filter) => conv2d(graph, 'op', input, filter, { ...SAME, groups: 3 }),
    theirs: "tf.concat([tf.nn.conv2d(i, f, 1, 'SAME') for i, f in zip(tf.split(a, 3, -1), tf.split(b, 3, -1))], -1)",
    shapes: [[2, 9, 8, 6], [3, 3, 2, 9]], // prettier-ignore
  },
};

const numbers = z.array(z.number());
const answer = z.array(z.object({ shape: numbers, output: numbers, gradients: z.array(numbers) }));
type Answer = z.infer<typeof answer>[number];

const inputValues = ({ shapes, spread = 1 }: Pair): readonly number[][] =>
  shapes.map((shape, index) => [...randomValues(elementsOf(shape), 50 + index)].map((value) => spread * value));

/** What ours gives: the graph is built anew for the size of its output, which the projection needs. */
function computeOurs(
  { ours, shapes }: Pair,
  values: readonly number[][],
  projection: (count: number) => Float32Array,
): Answer {
  const graph = new Graph();
  const inputs = shapes.map((shape, index) => graph.placeholder(`input${index}`, 'float32', shape));
  const output = ours(graph, ...inputs);
  const weights = graph.constant('weights', 'float32', output.shape, projection(elementsOf(output.shape)));
  const slopes = gradients(graph, multiply(graph, 'loss', output, weights), inputs);
  const named = (tensors: readonly Tensor[]) =>
    Object.fromEntries(tensors.map((tensor, index) => [`${index}`, tensor]));
  using session = loadGraph(graph, { run: { inputs: named(inputs), outputs: { ...named(slopes), output } } });
  const feeds = Object.fromEntries(shapes.map((shape, index) => [`${index}`, floats(shape, values[index] ?? [])]));
  const found = session.run('run', feeds);
  const list = (name: string): number[] => [...(found[name]?.data ?? [])];
  return {
    shape: [...(found['output']?.shape ?? [])],
    output: list('output'),
    gradients: inputs.map((_, index) => list(`${index}`)),
  };
}

function expectClose(found: readonly number[], expected: readonly number[], what: string): void {
  expect(found.length, what).toBe(expected.length);
  const largest = Math.max(...expected.map(Math.abs), 1e-3);
  const error = found.reduce((most, value, index) => Math.max(most, Math.abs(value - (expected[index] ?? NaN))), 0);
  expect(error / largest, what).toBeLessThan(1e-5);
}

const python = findPeerPython();
const reason = 'Python with TensorFlow is absent (scripts/peers installs it)';

describe.skipIf(python === null)(`an op and its gradients${python === null ? `, skipped: ${reason}` : ''}`, () => {
  const cases = Object.entries(pairs).map(([name, pair]) => ({ name, pair, values: inputValues(pair) }));
  const found = new Map<string, Answer>();
  const expected = new Map<string, Answer>();

  beforeAll(() => {
    const projection = (count: number): Float32Array => randomValues(count, 90);
    for (const { name, pair, values } of cases) found.set(name, computeOurs(pair, values, projection));
    const input = cases.map(({ name, pair, values }) => ({
      expression: pair.theirs,
      inputs: pair.shapes.map((shape, index) => ({ shape, values: values[index] })),
      projection: [...projection(found.get(name)?.output.length ?? 0)],
    }));
    const script = path.resolve(import.meta.dirname, '../support/tensorflow_peer.py');
    const { status, stdout, stderr } = spawnSync(python ?? '', [script], {
      input: JSON.stringify(input),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    if (status !== 0) throw new Error(`TensorFlow for Python failed: ${stderr.slice(-2000)}`);
    answer.parse(JSON.parse(stdout)).forEach((one, index) => expected.set(cases[index]?.name ?? '', one));
  });

  it.each(cases)('are those of TensorFlow for Python: $name', ({ name }) => {
    const [ours, theirs] = [found.get(name), expected.get(name)];
    if (!ours || !theirs) throw new Error(`'${name}' was not computed.`);
    expect(ours.shape).toEqual(theirs.shape);
    expectClose(ours.output, theirs.output, 'output');
    theirs.gradients.forEach((gradient, index) =>
      expectClose(ours.gradients[index] ?? [], gradient, `gradient by input ${index}`),
    );
  });
});
