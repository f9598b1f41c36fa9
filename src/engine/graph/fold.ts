import type {
  BatchNormLayer,
  Conv2dLayer,
  Conv2dTransposeLayer,
  DepthwiseConv2dLayer,
  Layer,
  SeparableConv2dLayer,
} from '../network/layer.ts';
import type { Graph, Variable } from './graph.ts';

/** What a BatchNorm can be folded into. */
export type Convolution = Conv2dLayer | DepthwiseConv2dLayer | SeparableConv2dLayer | Conv2dTransposeLayer;

/** A convolution with the BatchNorm after it, as one convolution with a bias. */
export interface FoldedConvolution {
  readonly convolution: Convolution;
  readonly batchNorm: BatchNormLayer;
  /** In place of the kernel that `outputKernel` names. */
  readonly kernel: Variable;
  readonly bias: Variable;
}

type Values = ReadonlyMap<string, Float32Array>;

/** The kernel that gives a convolution's output: the second one, where it has two. */
const OUTPUT_KERNELS = {
  conv2d: 'kernel',
  conv2dTranspose: 'kernel',
  depthwiseConv2d: 'depthwise_kernel',
  separableConv2d: 'pointwise_kernel',
} as const satisfies Readonly<Record<Convolution['kind'], string>>;

/** The canonical name of the kernel that gives a convolution's output. */
export function outputKernel({ name, kind }: Convolution): string {
  return `${name}/${OUTPUT_KERNELS[kind]}`;
}

function isConvolution(layer: Layer | undefined): layer is Convolution {
  return layer !== undefined && Object.hasOwn(OUTPUT_KERNELS, layer.kind);
}

/** How channels follow each other in such a kernel, which lies in memory row-major: each so many elements long, over and over. */
function channelRuns({ convolution, kernel }: FoldedConvolution): {
  readonly channels: number;
  readonly length: number;
} {
  const [, , filters = 1, channels = 1] = kernel.shape;
  // [rows, columns, filters, channels], where all others have what they give last.
  if (convolution.kind === 'conv2dTranspose') return { channels: filters, length: channels };
  // Of a depthwise kernel that is its last two dimensions.
  return { channels: convolution.kind === 'depthwiseConv2d' ? filters * channels : channels, length: 1 };
}

/** Millions of values: plain loops are several times as fast as a function for each. */
function scaledKernel(kernel: Float32Array, folded: FoldedConvolution, scale: Float64Array): Float32Array {
  const { channels, length } = channelRuns(folded);
  const scaled = new Float32Array(kernel.length);
  for (let index = 0; index < kernel.length;) {
    for (let channel = 0; channel < channels; channel += 1) {
      const factor = scale[channel] ?? NaN;
      for (const end = index + length; index < end; index += 1) scaled[index] = (kernel[index] ?? NaN) * factor;
    }
  }
  return scaled;
}

/**
 * Finds the frozen BatchNorms that can be folded exactly, those whose only input is a frozen linear convolution that nothing
 * else reads, and makes the variables of the folded convolutions. They are variables, not constants: the runtime fuses a
 * convolution, its bias and its activation also when the filter is read from a variable, and constants only cost memory.
 *
 * @param layers the frozen part
 * @param keep layers whose own output is needed (the cut's edges)
 * @param variables the network's own, by canonical name
 */
export function foldBatchNorms(
  graph: Graph,
  layers: readonly Layer[],
  keep: ReadonlySet<string>,
  variables: ReadonlyMap<string, Variable>,
): readonly FoldedConvolution[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const readers = new Map<string, number>();
  for (const layer of layers) for (const name of layer.inputs) readers.set(name, (readers.get(name) ?? 0) + 1);
  return layers.flatMap((layer) => {
    if (layer.kind !== 'batchNorm') return [];
    const convolution = byName.get(layer.inputs[0] ?? '');
    if (!isConvolution(convolution)) return [];
    if (convolution.kind === 'conv2d' && convolution.activation !== undefined) return [];
    if (readers.get(convolution.name) !== 1 || keep.has(convolution.name)) return [];
    const kernel = variables.get(outputKernel(convolution));
    const statistics = variables.get(`${layer.name}/moving_mean`);
    if (!kernel || !statistics) throw new TypeError(`The program has no variables of '${convolution.name}'.`);
    return [
      {
        convolution,
        batchNorm: layer,
        kernel: graph.variable(`folded/${kernel.name}`, kernel.shape),
        bias: graph.variable(`folded/${convolution.name}/bias`, statistics.shape),
      },
    ];
  });
}

/**
 * kernel * s and beta + (bias - mean) * s with s = gamma / sqrt(variance + epsilon), channel by channel; in double
 * precision, rounded once.
 *
 * @param values the network's tensors, by canonical name
 */
export function foldedValues(
  folded: FoldedConvolution,
  values: Values,
): { readonly kernel: Float32Array; readonly bias: Float32Array } {
  const { convolution, batchNorm } = folded;
  const required = (name: string): Float32Array => {
    const value = values.get(name);
    if (!value) throw new TypeError(`There is no value of '${name}'.`);
    return value;
  };
  const mean = required(`${batchNorm.name}/moving_mean`);
  const variance = required(`${batchNorm.name}/moving_variance`);
  const gamma = batchNorm.scale ? required(`${batchNorm.name}/gamma`) : null;
  const beta = batchNorm.center ? required(`${batchNorm.name}/beta`) : null;
  const ownBias = convolution.useBias ? required(`${convolution.name}/bias`) : null;
  const scale = Float64Array.from(
    variance,
    (value, channel) => (gamma?.[channel] ?? 1) / Math.sqrt(value + batchNorm.epsilon),
  );
  const kernel = scaledKernel(required(outputKernel(convolution)), folded, scale);
  const bias = mean.map(
    (value, channel) => (beta?.[channel] ?? 0) + ((ownBias?.[channel] ?? 0) - value) * (scale[channel] ?? NaN),
  );
  return { kernel, bias };
}
