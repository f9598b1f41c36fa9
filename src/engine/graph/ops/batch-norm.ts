import { bool, float, text, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { cast } from './cast.ts';
import { expectShape, imageShape } from './expect-shape.ts';

export interface BatchNormOptions {
  /** gamma, [channels]; null stands for ones. */
  readonly scale: Tensor | null;
  /** beta, [channels]; null stands for zeros. */
  readonly offset: Tensor | null;
  /** The moving mean, [channels]. */
  readonly mean: Tensor;
  /** The moving variance, [channels]. */
  readonly variance: Tensor;
  readonly epsilon: number;
}

export interface BatchNormTrainingOptions extends BatchNormOptions {
  /** Share of the old moving average that is kept at each step, as in Keras. */
  readonly momentum: number;
}

export interface TrainedBatchNorm {
  readonly output: Tensor;
  /** The moving mean after this step, [channels]. */
  readonly newMean: Tensor;
  /** The moving variance after this step, [channels]. */
  readonly newVariance: Tensor;
}

interface FusedOptions extends BatchNormOptions {
  readonly isTraining: boolean;
  /** The share of the batch's own statistics in outputs 1 and 2. */
  readonly averageFactor: number;
}

/** `FusedBatchNormV3` and its gradient, `FusedBatchNormGradV3`. */
function fusedBatchNorm(graph: Graph, name: string, input: Tensor, options: FusedOptions): readonly Tensor[] {
  const { channels } = imageShape(name, input);
  const { mean, variance, isTraining } = options;
  const perChannel = { dtype: 'float32', shape: [channels] } as const;
  const filled = (suffix: string, value: number): Tensor =>
    graph.constant(`${name}/${suffix}`, 'float32', [channels], value);
  const scale = options.scale ?? filled('ones', 1);
  const offset = options.offset ?? filled('zeros', 0);
  const parameters = [scale, offset, mean, variance];
  expectShape(
    name,
    parameters.every(({ dtype, shape }) => dtype === 'float32' && shape.length === 1 && shape[0] === channels),
    'scale, offset, mean and variance as float32 of its [channels]',
    input,
    ...parameters,
  );
  const attributes = {
    T: type(input.dtype),
    U: type('float32'),
    epsilon: float(options.epsilon),
    is_training: bool(isTraining),
    data_format: text('NHWC'),
  };
  const outputs: readonly Tensor[] = graph.node({
    op: 'FusedBatchNormV3',
    name,
    inputs: [input, ...parameters],
    attributes: { ...attributes, exponential_avg_factor: float(options.averageFactor) },
    outputs: [input, perChannel, perChannel, perChannel, perChannel, { dtype: 'float32', shape: [] }],
    backward: ([gradient], [, scaleNeeded, offsetNeeded]) => {
      if (gradient && !isTraining && !scaleNeeded && !offsetNeeded) {
        return [frozenInputGradient(graph, `gradients/${name}`, gradient, scale, options), null, null, null, null];
      }
      const [, , , batchMean, batchVariance, reserved] = outputs;
      if (!gradient || !batchMean || !batchVariance || !reserved) return [];
      const scope = `gradients/${name}`;
      // Without training the statistics are constants and the third reserve is not looked at.
      const statistics = isTraining
        ? [batchMean, batchVariance, reserved]
        : [mean, variance, graph.constant(`${scope}/unused`, 'float32', [], 0)];
      const [byInput = null, byScale = null, byOffset = null] = graph.node({
        op: 'FusedBatchNormGradV3',
        name: scope,
        inputs: [gradient, input, scale, ...statistics],
        attributes,
        outputs: [input, perChannel, perChannel, perChannel, perChannel],
      });
      return [byInput, byScale, byOffset, null, null];
    },
  });
  return outputs;
}

/**
 * gradient * scale / sqrt(variance + epsilon): what remains where nothing of the layer is trained. `FusedBatchNormGradV3`
 * takes four times as long, for gradients that nobody asks for.
 */
function frozenInputGradient(
  graph: Graph,
  scope: string,
  gradient: Tensor,
  scale: Tensor,
  { variance, epsilon }: BatchNormOptions,
): Tensor {
  const perChannel = (op: string, ...inputs: readonly Tensor[]): Tensor =>
    graph.single({ op, name: `${scope}/${op}`, inputs, attributes: { T: type('float32') }, outputs: [variance] });
  const padded = perChannel('AddV2', variance, graph.constant(`${scope}/epsilon`, 'float32', [], epsilon));
  const factor = perChannel('Mul', perChannel('Rsqrt', padded), scale);
  return graph.single({
    op: 'Mul',
    name: scope,
    inputs: [gradient, cast(graph, `${scope}/factor`, factor, gradient.dtype)],
    attributes: { T: type(gradient.dtype) },
    outputs: [gradient],
  });
}

/**
 * Batch normalisation by the moving statistics, which stay as they are: the frozen form, and that of evaluation.
 *
 * @param input [batch, height, width, channels]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function batchNormInference(graph: Graph, name: string, input: Tensor, options: BatchNormOptions): Tensor {
  const [output] = fusedBatchNorm(graph, name, input, { ...options, isTraining: false, averageFactor: 1 });
  if (!output) throw new TypeError(`'${name}' has no output.`);
  return output;
}

/**
 * Batch normalisation by the batch's own statistics (Ioffe and Szegedy, arXiv:1502.03167).
 *
 * The new moving statistics are `momentum * old + (1 - momentum) * batch`. In them the batch's variance has Bessel's
 * correction, n / (n - 1) with n = batch * height * width, as in PyTorch and in the fused BatchNormalization of Keras 2;
 * Keras 3 takes the biased variance. The output itself is normalised by the biased one everywhere.
 *
 * @param input [batch, height, width, channels]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function batchNormTraining(
  graph: Graph,
  name: string,
  input: Tensor,
  options: BatchNormTrainingOptions,
): TrainedBatchNorm {
  const [output, newMean, newVariance] = fusedBatchNorm(graph, name, input, {
    ...options,
    isTraining: true,
    averageFactor: 1 - options.momentum,
  });
  if (!output || !newMean || !newVariance) throw new TypeError(`'${name}' has no outputs.`);
  return { output, newMean, newVariance };
}
