import type { Precision } from '../../shared/contract/plan.ts';
import { assertNever } from '../../shared/errors/thaw-error.ts';
import type {
  AddLayer,
  BatchNormLayer,
  Conv2dLayer,
  DenseLayer,
  Layer,
  LayerNormLayer,
  RescalingLayer,
} from '../network/layer.ts';
import { outputKernel, type Convolution, type FoldedConvolution } from './fold.ts';
import type { Graph, Operation, Tensor, Variable } from './graph.ts';
import { adaptiveAveragePool, adaptiveMaxPool } from './ops/adaptive-pool.ts';
import { add } from './ops/add.ts';
import { averagePool } from './ops/average-pool.ts';
import { batchNormInference, batchNormTraining } from './ops/batch-norm.ts';
import { biasAdd } from './ops/bias-add.ts';
import { cast } from './ops/cast.ts';
import { concatenate } from './ops/concatenate.ts';
import { conv2dTranspose } from './ops/conv2d-transpose.ts';
import { conv2d } from './ops/conv2d.ts';
import { depthwiseConv2d } from './ops/depthwise-conv2d.ts';
import { dropout } from './ops/dropout.ts';
import { elu } from './ops/elu.ts';
import { foreignGraph } from './ops/foreign-graph.ts';
import { gelu, geluTanh } from './ops/gelu.ts';
import { globalAveragePool } from './ops/global-average-pool.ts';
import { hardSigmoid } from './ops/hard-sigmoid.ts';
import { hardSwish } from './ops/hard-swish.ts';
import { layerNorm } from './ops/layer-norm.ts';
import { leakyRelu } from './ops/leaky-relu.ts';
import { localResponseNorm } from './ops/local-response-norm.ts';
import { matMul } from './ops/mat-mul.ts';
import { maxPool } from './ops/max-pool.ts';
import { multiply } from './ops/multiply.ts';
import { normalisedImages } from './ops/images-from-bytes.ts';
import { pad } from './ops/pad.ts';
import { reflectPad } from './ops/reflect-pad.ts';
import { relu } from './ops/relu.ts';
import { relu6 } from './ops/relu6.ts';
import { reshape } from './ops/reshape.ts';
import { resize } from './ops/resize.ts';
import { scale } from './ops/scale.ts';
import { selu } from './ops/selu.ts';
import { separableConv2d } from './ops/separable-conv2d.ts';
import { sigmoid } from './ops/sigmoid.ts';
import { slice } from './ops/slice.ts';
import { softmax } from './ops/softmax.ts';
import { swish } from './ops/swish.ts';
import { tanh } from './ops/tanh.ts';
import { transpose } from './ops/transpose.ts';
import type { WindowOptions } from './ops/window.ts';

/** What a layer becomes depends on these; one value for each copy of the network that a program holds. */
export interface Lowering {
  readonly graph: Graph;
  /** Put before every op's name, so that a runtime error names its signature and layer: `train/conv1`. */
  readonly scope: string;
  /** The network's tensors by canonical name. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** Convolutions whose BatchNorm is folded into them here; empty where nothing is folded. */
  readonly folded: readonly FoldedConvolution[];
  /**
   * BatchNorms that use the batch's own statistics in this copy and move their averages; empty for inference. Any other
   * takes its moving statistics as they are, whether gamma and beta learn or not.
   */
  readonly movingStatistics: ReadonlySet<string>;
  /** int32 [2], fed at each step; null turns dropout off. */
  readonly dropoutSeed: Tensor | null;
  /**
   * What layers compute in. Kernels and biases, which are kept in float32, are converted at each run; a BatchNorm takes its
   * parameters as they are kept.
   */
  readonly precision: Precision;
  /** The layer that computes in float32 whatever the precision: its logits decide by small differences. */
  readonly output: string;
}

export interface Lowered {
  /** The output of every layer, also of the given inputs. */
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** The moving averages' updates, to be run with the step. */
  readonly updates: readonly Operation[];
}

function variable(lowering: Lowering, name: string): Tensor {
  const found = lowering.variables.get(name);
  if (!found) throw new TypeError(`The program has no variable '${name}'.`);
  return found.value;
}

/** A value in the type that the layer computes in. */
function narrowed(lowering: Lowering, value: Tensor, name: string): Tensor {
  return cast(lowering.graph, `${lowering.scope}/${name}/${lowering.precision}`, value, lowering.precision);
}

/** A kernel or a bias. */
function weight(lowering: Lowering, name: string): Tensor {
  return narrowed(lowering, variable(lowering, name), name);
}

/** The layer's own activation, where it has one. */
function activated(lowering: Lowering, layer: Conv2dLayer | DenseLayer, output: Tensor): Tensor {
  if (layer.activation === undefined) return output;
  return ACTIVATIONS[layer.activation](lowering.graph, `${lowering.scope}/${layer.name}/${layer.activation}`, output);
}

function windowOf({ strides, padding }: Pick<Conv2dLayer, 'strides' | 'padding'>): WindowOptions {
  return { strides, padding: padding === 'same' ? 'SAME' : padding === 'valid' ? 'VALID' : padding };
}

function convolve(lowering: Lowering, layer: Convolution, input: Tensor, kernel: Tensor): Tensor {
  const { graph, scope } = lowering;
  const name = `${scope}/${layer.name}`;
  const options = windowOf(layer);
  switch (layer.kind) {
    case 'conv2d':
      return conv2d(graph, name, input, kernel, {
        ...options,
        dilations: layer.dilations ?? [1, 1],
        groups: layer.groups ?? 1,
      });
    case 'depthwiseConv2d':
      return depthwiseConv2d(graph, name, input, kernel, options);
    case 'separableConv2d': {
      const depthwise = weight(lowering, `${layer.name}/depthwise_kernel`);
      return separableConv2d(graph, name, input, { depthwise, pointwise: kernel }, options);
    }
    case 'conv2dTranspose':
      return conv2dTranspose(graph, name, input, kernel, { ...options, outputPadding: layer.outputPadding });
    default:
      return assertNever(layer);
  }
}

/** The kernel that gives a convolution's output, and its bias; with the BatchNorm after it, where this is folded here. */
function outputWeights(
  lowering: Lowering,
  layer: Convolution,
  folded: FoldedConvolution | undefined,
): { readonly kernel: Tensor; readonly bias: Tensor | null } {
  if (folded) {
    const [kernel, bias] = [folded.kernel, folded.bias];
    return {
      kernel: narrowed(lowering, kernel.value, kernel.name),
      bias: narrowed(lowering, bias.value, bias.name),
    };
  }
  const bias = layer.useBias ? weight(lowering, `${layer.name}/bias`) : null;
  return { kernel: weight(lowering, outputKernel(layer)), bias };
}

function convolutionLayer(
  lowering: Lowering,
  layer: Convolution,
  input: Tensor,
  folded: FoldedConvolution | undefined,
): Tensor {
  const { graph, scope } = lowering;
  const name = `${scope}/${layer.name}`;
  const { kernel, bias } = outputWeights(lowering, layer, folded);
  const convolved = convolve(lowering, layer, input, kernel);
  const output = bias ? biasAdd(graph, `${name}/bias_add`, convolved, bias) : convolved;
  return layer.kind === 'conv2d' ? activated(lowering, layer, output) : output;
}

function batchNormLayer(
  lowering: Lowering,
  layer: BatchNormLayer,
  input: Tensor,
): { readonly output: Tensor; readonly updates: readonly Operation[] } {
  const { graph, scope, variables } = lowering;
  const name = `${scope}/${layer.name}`;
  const scale = layer.scale ? variable(lowering, `${layer.name}/gamma`) : null;
  const offset = layer.center ? variable(lowering, `${layer.name}/beta`) : null;
  const mean = variables.get(`${layer.name}/moving_mean`);
  const variance = variables.get(`${layer.name}/moving_variance`);
  if (!mean || !variance) throw new TypeError(`BatchNorm '${layer.name}' has no moving statistics.`);
  const statistics = { scale, offset, mean: mean.value, variance: variance.value, epsilon: layer.epsilon };
  if (!lowering.movingStatistics.has(layer.name)) {
    return { output: batchNormInference(graph, name, input, statistics), updates: [] };
  }
  const trained = batchNormTraining(graph, name, input, { ...statistics, momentum: layer.momentum });
  return {
    output: trained.output,
    updates: [graph.assign(mean, trained.newMean), graph.assign(variance, trained.newVariance)],
  };
}

function layerNormLayer(lowering: Lowering, layer: LayerNormLayer, input: Tensor): Tensor {
  return layerNorm(lowering.graph, `${lowering.scope}/${layer.name}`, input, {
    scale: layer.scale ? variable(lowering, `${layer.name}/gamma`) : null,
    offset: layer.center ? variable(lowering, `${layer.name}/beta`) : null,
    epsilon: layer.epsilon,
  });
}

function denseLayer(lowering: Lowering, layer: DenseLayer, input: Tensor): Tensor {
  const name = `${lowering.scope}/${layer.name}`;
  const product = matMul(lowering.graph, name, input, weight(lowering, `${layer.name}/kernel`));
  const output = layer.useBias
    ? biasAdd(lowering.graph, `${name}/bias_add`, product, weight(lowering, `${layer.name}/bias`))
    : product;
  return activated(lowering, layer, output);
}

/** In float32, whatever is computed in: pixels of 0 to 255 have more digits than the narrow types keep. */
function rescale({ graph, scope }: Lowering, layer: RescalingLayer, input: Tensor): Tensor {
  const { scale: factor, offset, channelOrder = 'rgb' } = layer;
  const name = `${scope}/${layer.name}`;
  if (typeof factor === 'number' && offset === 0 && channelOrder === 'rgb') return scale(graph, name, input, factor);
  return normalisedImages(graph, name, input, { scale: factor, offset, channelOrder });
}

const ACTIVATIONS = {
  elu,
  gelu,
  gelu_tanh: geluTanh,
  hard_sigmoid: hardSigmoid,
  hard_swish: hardSwish,
  leaky_relu: leakyRelu,
  relu,
  relu6,
  selu,
  sigmoid,
  softmax,
  swish,
  tanh,
} as const;
const POOLINGS = { maxPool2d: maxPool, averagePool2d: averagePool } as const;
const ADAPTIVE_POOLINGS = { adaptiveMaxPool2d: adaptiveMaxPool, adaptiveAveragePool2d: adaptiveAveragePool } as const;

function missingInput({ name, kind }: Layer): TypeError {
  return new TypeError(`Layer '${name}' (${kind}) takes two inputs; it has one.`);
}

/** The second input of a sum. */
function scaledBy({ graph, scope }: Lowering, layer: AddLayer, second: Tensor): Tensor {
  return scale(graph, `${scope}/${layer.name}/scaled`, second, layer.scale ?? 1);
}

/**
 * Writes layers as ops.
 *
 * @param layers in an order in which each comes after its inputs
 * @param given the outputs of the layers below, by layer name; images for the input layer
 * @returns outputs in the type that their layer computed in, given ones as they were given
 */
export function lower(layers: readonly Layer[], given: ReadonlyMap<string, Tensor>, options: Lowering): Lowered {
  const { graph, scope } = options;
  const exact: Lowering = { ...options, precision: 'float32' };
  const outputs = new Map(given);
  const updates: Operation[] = [];
  const folds = new Map(options.folded.map((fold) => [fold.convolution.name, fold]));
  /** BatchNorms that their convolution has taken in. */
  const absorbed = new Set(options.folded.map(({ batchNorm }) => batchNorm.name));

  /** An output that several layers read is converted once. */
  const converted = new Map<string, Tensor>();
  const inputAs = (precision: Precision, name: string, output: Tensor): Tensor => {
    const key = `${name}/${precision}`;
    const known = converted.get(key) ?? cast(graph, `${scope}/${key}`, output, precision);
    converted.set(key, known);
    return known;
  };

  const last = layers.find(({ name }) => name === options.output);
  // Logits that are divided by a temperature are logits.
  const isExact = new Set([options.output, ...(last?.kind === 'rescaling' ? last.inputs : [])]);

  const lowerLayer = (layer: Layer, inputs: readonly Tensor[], lowering: Lowering): Tensor => {
    const name = `${scope}/${layer.name}`;
    const [input, second] = inputs;
    if (!input) throw new TypeError(`Layer '${layer.name}' has no input in '${scope}'.`);
    switch (layer.kind) {
      case 'input':
        return input;
      case 'conv2d':
      case 'depthwiseConv2d':
      case 'separableConv2d':
      case 'conv2dTranspose':
        return convolutionLayer(lowering, layer, input, folds.get(layer.name));
      case 'batchNorm': {
        if (absorbed.has(layer.name)) return input;
        const { shape } = input;
        // The kernel takes images: a vector is one of a single pixel.
        const pixel = shape.length === 2 ? reshape(graph, `${name}/pixel`, input, [-1, 1, 1, shape[1] ?? -1]) : input;
        const normalised = batchNormLayer(lowering, layer, pixel);
        updates.push(...normalised.updates);
        return pixel === input ? normalised.output : reshape(graph, `${name}/vector`, normalised.output, shape);
      }
      case 'layerNorm':
        return layerNormLayer(lowering, layer, input);
      case 'localResponseNorm':
        return localResponseNorm(graph, name, input, layer);
      case 'activation':
        return layer.activation === 'leaky_relu'
          ? leakyRelu(graph, name, input, layer.negativeSlope)
          : ACTIVATIONS[layer.activation](graph, name, input);
      case 'zeroPadding2d':
        return pad(graph, name, input, layer.padding);
      case 'reflectionPadding2d':
        return reflectPad(graph, name, input, layer.padding);
      case 'resizing':
        return resize(graph, name, input, layer);
      case 'rescaling':
        return rescale(lowering, layer, input);
      case 'permute':
        return transpose(graph, name, input, [0, ...layer.order.map((axis) => axis + 1)]);
      case 'slice':
        return slice(graph, name, input, [0, ...layer.begin], [-1, ...layer.size]);
      case 'maxPool2d':
      case 'averagePool2d':
        return POOLINGS[layer.kind](graph, name, input, {
          poolSize: layer.poolSize,
          ...windowOf(layer),
          ...(layer.kind === 'averagePool2d' && { countPadding: layer.countPadding ?? true }),
        });
      case 'adaptiveMaxPool2d':
      case 'adaptiveAveragePool2d':
        return ADAPTIVE_POOLINGS[layer.kind](graph, name, input, { outputSize: layer.outputSize });
      case 'globalAveragePooling2d':
        return globalAveragePool(graph, name, input, { keepDimensions: layer.keepDimensions });
      case 'dropout':
        return lowering.dropoutSeed === null || layer.rate === 0
          ? input
          : dropout(graph, name, input, { ...layer, seed: lowering.dropoutSeed });
      case 'reshape':
        return reshape(graph, name, input, [-1, ...layer.shape]);
      case 'dense':
        return denseLayer(lowering, layer, input);
      case 'add':
        if (!second) throw missingInput(layer);
        return add(graph, name, input, layer.scale === undefined ? second : scaledBy(lowering, layer, second));
      case 'multiply':
        if (!second) throw missingInput(layer);
        return multiply(graph, name, input, second);
      case 'concatenate':
        return concatenate(graph, name, inputs);
      case 'foreignGraph':
        return foreignGraph(
          graph,
          name,
          input,
          layer.graph,
          (leaf) => variable(options, `${layer.name}/${leaf}`),
          layer.shape,
        );
      default:
        return assertNever(layer);
    }
  };

  for (const layer of layers) {
    if (outputs.has(layer.name)) continue;
    const lowering = isExact.has(layer.name) || layer.kind === 'foreignGraph' ? exact : options;
    const inputs = layer.inputs.flatMap((name) => {
      const output = outputs.get(name);
      return output ? [inputAs(lowering.precision, name, output)] : [];
    });
    const output = graph.ofLayer(layer.name, () => lowerLayer(layer, inputs, lowering));
    outputs.set(layer.name, output);
  }
  return { outputs, updates };
}
