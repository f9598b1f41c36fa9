import type { ActivationLayer, Layer } from '../network/layer.ts';
import type { Shape } from '../network/shape.ts';
import { betweenHalves, multiplyAdds, outputBytes } from './multiply-adds.ts';

/**
 * What takes time, by the kind of work it is; each kind has a price of its own:
 *
 * - `convolution`, `convolutionGradient`: multiply-adds of convolutions and dense layers, forwards and backwards
 * - `depthwise`, `depthwiseGradient`: those of depthwise convolutions, which are bound otherwise
 * - `traffic`: bytes that element-wise work moves through memory
 * - `kernels`: bytes of kernels too large for a core's cache, read again for each image by the gradient of its input
 * - `faults`: bytes in tensors so large that the system gives them anew, page by page, each time
 * - `operations`: operations begun, whatever their size
 * - `steps`, `epochs`: runs of the session, and what is done around them once an epoch
 * - `images`: images read and decoded
 */
export const WORK_KINDS = [
  'convolution',
  'convolutionGradient',
  'depthwise',
  'depthwiseGradient',
  'traffic',
  'kernels',
  'faults',
  'operations',
  'steps',
  'epochs',
  'images',
] as const;
export type WorkKind = (typeof WORK_KINDS)[number];
export type Work = Readonly<Record<WorkKind, number>>;

export const NO_WORK: Work = {
  convolution: 0,
  convolutionGradient: 0,
  depthwise: 0,
  depthwiseGradient: 0,
  traffic: 0,
  kernels: 0,
  faults: 0,
  operations: 0,
  steps: 0,
  epochs: 0,
  images: 0,
};

/** Adds up work; a window asks at every click, so that nothing is made anew for each layer. */
export class WorkSum {
  readonly #sum: Record<WorkKind, number> = { ...NO_WORK };

  add(work: Work, count = 1): this {
    if (work === NO_WORK) return this;
    for (const kind of WORK_KINDS) this.#sum[kind] += count * work[kind];
    return this;
  }

  get work(): Work {
    return this.#sum;
  }
}

const FLOAT_BYTES = 4;
/** What glibc's `malloc` keeps for the next to ask; larger pieces it returns to the system (`M_MMAP_THRESHOLD`'s limit). */
const LARGEST_KEPT_BYTES = 32 * 2 ** 20;
/** Smaller pieces are found again among those that were kept; in between it depends on their neighbours. */
const SURELY_KEPT_BYTES = 16 * 2 ** 20;
/** Element-wise work reads two tensors and writes one, by and large. */
const TENSORS_MOVED = 3;
/** Tensors of 1 MB are found in the processor's cache by the next operation, those of 16 MB in memory. */
const CACHED_BYTES = 2 ** 20;
const UNCACHED_BYTES = 16 * 2 ** 20;
/** What moving bytes costs within the cache, as a share of what it costs in memory. */
const CACHED_SHARE = 0.35;
/** A BatchNorm goes through its channels anew for each pixel: with so many of them, that costs as much again. */
const NARROW_CHANNELS = 24;
/** A kernel of 1 MB stays in a core's cache beside all else; one of 4 MB does not. */
const SMALL_KERNEL_BYTES = 2 ** 20;
const LARGE_KERNEL_BYTES = 4 * 2 ** 20;
/** Bytes become floats, are scaled and moved: three tensors of an input's size, each read and written. */
const INPUT_TENSORS = 3;
/** Random numbers cost as much as so many passes over the memory they fill. */
const RANDOM_PASSES = 60;
/** Element-wise operations that an activation becomes, forwards; backwards it is about as many. */
const ACTIVATION_OPERATIONS: Readonly<Record<ActivationLayer['activation'], number>> = {
  elu: 1,
  gelu: 5,
  gelu_tanh: 9,
  hard_sigmoid: 3,
  hard_swish: 4,
  leaky_relu: 1,
  relu: 1,
  relu6: 1,
  selu: 1,
  sigmoid: 1,
  softmax: 1,
  swish: 2,
  tanh: 1,
};
/** Mean, difference, square, mean, root, product, scale and offset. */
const LAYER_NORM_OPERATIONS = 8;
/** A power for each element costs as much as so many passes over it. */
const RESPONSE_PASSES = 8;
/** What a frozen BatchNorm is folded into. */
const TAKES_BATCH_NORM: ReadonlySet<Layer['kind']> = new Set([
  'conv2d',
  'depthwiseConv2d',
  'separableConv2d',
  'conv2dTranspose',
]);
/** What the runtime takes into the convolution before it. */
const FUSED_ACTIVATIONS: ReadonlySet<string> = new Set(['elu', 'leaky_relu', 'relu', 'relu6']);

function between(value: number, none: number, all: number): number {
  return Math.min(1, Math.max(0, (value - none) / (all - none)));
}

/** Where each pixel is multiplied by the kernel as by a matrix, the gradient of the input is one product for all images. */
function isPointwise(layer: Extract<Layer, { kind: 'conv2d' }>): boolean {
  return [...layer.kernelSize, ...layer.strides, layer.groups ?? 1].every((size) => size === 1);
}

/** Bytes of a kernel that do not stay in a core's cache from one image to the next; of a window, one row at a time. */
function uncachedKernel(layer: Layer, input: Shape): number {
  if (layer.kind !== 'conv2d' || isPointwise(layer)) return 0;
  const bytes = FLOAT_BYTES * layer.kernelSize[1] * (input.at(-1) ?? 0) * layer.filters;
  return bytes * between(bytes, SMALL_KERNEL_BYTES, LARGE_KERNEL_BYTES);
}

/** What a BatchNorm's pass over memory costs, as a multiple of that of other work. */
function batchNormPass(output: Shape): number {
  return 1 + NARROW_CHANNELS / (output.at(-1) ?? 1);
}

/** How much of a tensor of so many bytes is likely to be given anew. */
function shareFaulted(bytes: number): number {
  return between(bytes, SURELY_KEPT_BYTES, LARGEST_KEPT_BYTES);
}

/**
 * @param traffic bytes read and written for one image
 * @param made bytes of the output, for one image
 * @param batch images at once
 */
export function moved(traffic: number, operations: number, made: number, batch: number): Work {
  const tensor = (batch * traffic) / TENSORS_MOVED;
  const share = CACHED_SHARE + (1 - CACHED_SHARE) * between(tensor, CACHED_BYTES, UNCACHED_BYTES);
  return { ...NO_WORK, traffic: traffic * share, operations, faults: made * shareFaulted(made * batch) };
}

/** A layer with the shapes around it, the batch left out. */
export interface ShapedLayer {
  readonly layer: Layer;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  /** The kind of the layer that feeds it first; null for the input. */
  readonly follows: Layer['kind'] | null;
}

/** How a layer is computed. */
export interface Pass {
  /** Images at once: it decides what becomes too large to be kept. */
  readonly batch: number;
  /** A BatchNorm looks at the batch before it normalises it; dropout drops. */
  readonly isTraining: boolean;
}

/** Whether an activation's gradient looks at its input, and not at its output alone. */
export function looksAtInput({ activation }: ActivationLayer): boolean {
  return ACTIVATION_OPERATIONS[activation] > 1;
}

/** Where nothing learns, the runtime takes a BatchNorm and an activation into the convolution before them. */
function isFused({ layer, follows }: ShapedLayer): boolean {
  if (layer.kind === 'batchNorm') return follows !== null && TAKES_BATCH_NORM.has(follows);
  if (layer.kind !== 'activation' || !FUSED_ACTIVATIONS.has(layer.activation)) return false;
  return follows === 'batchNorm' || follows === 'conv2d';
}

/** Whether a convolution or dense layer ends in an activation of its own. */
export function hasOwnActivation(layer: Layer): boolean {
  return (layer.kind === 'conv2d' || layer.kind === 'dense') && layer.activation !== undefined;
}

/** Where nothing learns, it is fused. */
function withOwnActivation(layer: Layer, work: Work, activation: Work): Work {
  return hasOwnActivation(layer) ? new WorkSum().add(work).add(activation).work : work;
}

/** One image through a layer forwards; `operations` counts one for each. */
export function forwardWork(shaped: ShapedLayer, { batch, isTraining }: Pass): Work {
  const { layer, inputs, output } = shaped;
  if (!isTraining && isFused(shaped)) return NO_WORK;
  const read = inputs.reduce((sum, shape) => sum + outputBytes(shape), 0);
  const written = outputBytes(output);
  switch (layer.kind) {
    case 'reshape':
      return NO_WORK;
    case 'input': {
      const once = moved(2 * written, 1, written, batch);
      return {
        ...once,
        traffic: INPUT_TENSORS * once.traffic,
        faults: INPUT_TENSORS * once.faults,
        operations: INPUT_TENSORS,
      };
    }
    case 'conv2d':
    case 'dense': {
      const linear = {
        ...moved(read + written, 1, written, batch),
        convolution: multiplyAdds(layer, inputs[0] ?? [], output),
      };
      const isApart = isTraining || (layer.activation !== undefined && !FUSED_ACTIVATIONS.has(layer.activation));
      return isApart ? withOwnActivation(layer, linear, moved(2 * written, 1, 0, batch)) : linear;
    }
    case 'foreignGraph':
      return {
        ...moved(read + written, layer.graph.nodes.length, written, batch),
        convolution: multiplyAdds(layer, inputs[0] ?? [], output),
      };
    case 'separableConv2d': {
      const { bytes, multiplied } = betweenHalves(layer, inputs[0] ?? [], output);
      return {
        ...moved(read + 2 * bytes + written, 2, bytes + written, batch),
        depthwise: multiplied,
        convolution: multiplyAdds(layer, inputs[0] ?? [], output),
      };
    }
    case 'conv2dTranspose':
      // It is the gradient of a convolution.
      return {
        ...moved(read + written, 1, written, batch),
        convolutionGradient: multiplyAdds(layer, inputs[0] ?? [], output),
      };
    case 'layerNorm':
      return moved(LAYER_NORM_OPERATIONS * (read + written), LAYER_NORM_OPERATIONS, written, batch);
    case 'localResponseNorm':
      return moved(RESPONSE_PASSES * (read + written), 1, written, batch);
    case 'depthwiseConv2d':
      return { ...moved(read + written, 1, written, batch), depthwise: multiplyAdds(layer, inputs[0] ?? [], output) };
    case 'batchNorm':
      return moved(batchNormPass(output) * ((isTraining ? 2 : 1) * read + written), 1, written, batch);
    case 'activation': {
      // It takes the place of its input.
      const operations = ACTIVATION_OPERATIONS[layer.activation];
      return moved(operations * (read + written), operations, 0, batch);
    }
    case 'dropout':
      if (!isTraining || layer.rate === 0) return NO_WORK;
      return moved(layer.perImage || layer.perChannel ? read + written : RANDOM_PASSES * written, 3, written, batch);
    case 'adaptiveAveragePool2d':
    case 'adaptiveMaxPool2d':
    case 'add':
    case 'averagePool2d':
    case 'concatenate':
    case 'globalAveragePooling2d':
    case 'maxPool2d':
    case 'multiply':
    case 'permute':
    case 'reflectionPadding2d':
    case 'resizing':
    case 'rescaling':
    case 'slice':
    case 'zeroPadding2d':
      return moved(read + written, 1, written, batch);
  }
}

/** What of a layer's gradients is asked for. */
export interface BackwardDemand {
  /** Something below it trains. */
  readonly byInput: boolean;
  /** It trains itself. */
  readonly byWeights: boolean;
  readonly usesBatchStatistics: boolean;
}

/** One image through a layer backwards. */
export function backwardWork({ layer, inputs, output }: ShapedLayer, demand: BackwardDemand, batch: number): Work {
  const asked = Number(demand.byInput) + Number(demand.byWeights);
  if (asked === 0) return NO_WORK;
  const below = inputs.reduce((sum, shape) => sum + outputBytes(shape), 0);
  const above = outputBytes(output);
  const made = demand.byInput ? below : 0;
  switch (layer.kind) {
    case 'input':
    case 'reshape':
      return NO_WORK;
    case 'conv2d':
    case 'dense': {
      const linear = {
        ...moved(asked * (below + above), asked, made, batch),
        convolutionGradient: asked * multiplyAdds(layer, inputs[0] ?? [], output),
        kernels: demand.byInput ? uncachedKernel(layer, inputs[0] ?? []) : 0,
      };
      return withOwnActivation(layer, linear, moved(3 * above, 1, above, batch));
    }
    case 'separableConv2d': {
      const { bytes, multiplied } = betweenHalves(layer, inputs[0] ?? [], output);
      // The second half's gradient by what lies between is needed for either.
      return {
        ...moved(asked * (below + 2 * bytes + above), 2 * asked, made + bytes, batch),
        depthwiseGradient: asked * multiplied,
        convolutionGradient: (1 + Number(demand.byWeights)) * multiplyAdds(layer, inputs[0] ?? [], output),
      };
    }
    case 'conv2dTranspose': {
      const multiplied = multiplyAdds(layer, inputs[0] ?? [], output);
      return {
        ...moved(asked * (below + above), asked, made, batch),
        convolution: demand.byInput ? multiplied : 0,
        convolutionGradient: demand.byWeights ? multiplied : 0,
      };
    }
    case 'layerNorm':
      return moved(LAYER_NORM_OPERATIONS * (below + above), LAYER_NORM_OPERATIONS, made, batch);
    case 'localResponseNorm':
      return moved(RESPONSE_PASSES * (below + above), 1, made, batch);
    case 'foreignGraph':
      // No gradient goes through it.
      return NO_WORK;
    case 'depthwiseConv2d':
      return {
        ...moved(asked * (below + above), asked, made, batch),
        depthwiseGradient: asked * multiplyAdds(layer, inputs[0] ?? [], output),
      };
    case 'batchNorm':
      // Both the gradient and the input are read twice where statistics or parameters are differentiated.
      return moved(
        batchNormPass(output) * (demand.byWeights || demand.usesBatchStatistics ? 5 : 2) * above,
        1,
        made,
        batch,
      );
    case 'activation': {
      const operations = ACTIVATION_OPERATIONS[layer.activation];
      return moved(operations * 3 * above, operations, made, batch);
    }
    case 'adaptiveAveragePool2d':
    case 'adaptiveMaxPool2d':
    case 'add':
    case 'averagePool2d':
    case 'concatenate':
    case 'dropout':
    case 'globalAveragePooling2d':
    case 'maxPool2d':
    case 'permute':
    case 'reflectionPadding2d':
    case 'resizing':
    case 'rescaling':
    case 'slice':
    case 'zeroPadding2d':
      return moved(below + above, 1, made, batch);
    case 'multiply':
      return moved(inputs.length * (below + above), inputs.length, made, batch);
  }
}
