import type { Layer } from '../network/layer.ts';
import { elementCount, type Shape } from '../network/shape.ts';

/**
 * What takes time, by the kind of work it is; each kind has a price of its own:
 *
 * - `convolution`: multiply-adds of convolutions and dense layers, forwards or backwards
 * - `depthwise`, `depthwiseGradient`: multiply-adds of depthwise convolutions, which are bound otherwise
 * - `traffic`: bytes that element-wise work moves through memory
 * - `operations`: operations begun, whatever their size
 * - `steps`: runs of the session
 * - `images`: images read and decoded
 */
export const WORK_KINDS = [
  'convolution',
  'depthwise',
  'depthwiseGradient',
  'traffic',
  'operations',
  'steps',
  'images',
] as const;
export type WorkKind = (typeof WORK_KINDS)[number];
export type Work = Readonly<Record<WorkKind, number>>;

export const NO_WORK: Work = {
  convolution: 0,
  depthwise: 0,
  depthwiseGradient: 0,
  traffic: 0,
  operations: 0,
  steps: 0,
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
/** Vector units take as many channels at once: fewer cost as much. */
const LANES = 16;
const SMALLEST_DEPTH = 4;

/** Bytes of one image's output of this shape. */
export function outputBytes(shape: Shape): number {
  return FLOAT_BYTES * elementCount(shape);
}

function moved(traffic: number, operations: number): Work {
  return { ...NO_WORK, traffic, operations };
}

function padded(channels: number, unit: number): number {
  return Math.ceil(channels / unit) * unit;
}

/** Multiply-adds of one image, channels filled up to what the machine takes at once. */
function multiplyAdds(layer: Layer, input: Shape, output: Shape): number {
  switch (layer.kind) {
    case 'conv2d':
      return (
        elementCount(output.slice(0, -1)) *
        elementCount(layer.kernelSize) *
        padded(input.at(-1) ?? 0, SMALLEST_DEPTH) *
        padded(layer.filters, LANES)
      );
    case 'depthwiseConv2d':
      return elementCount(output.slice(0, -1)) * elementCount(layer.kernelSize) * padded(output.at(-1) ?? 0, LANES);
    case 'dense':
      return elementCount(input) * padded(layer.units, SMALLEST_DEPTH);
    default:
      return 0;
  }
}

/** A layer with the shapes around it, the batch left out. */
export interface ShapedLayer {
  readonly layer: Layer;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
}

/**
 * One image through a layer forwards; `operations` counts one for each.
 *
 * @param usesBatchStatistics of a BatchNorm: it looks at the batch before it normalises it
 */
export function forwardWork({ layer, inputs, output }: ShapedLayer, usesBatchStatistics: boolean): Work {
  const read = inputs.reduce((sum, shape) => sum + outputBytes(shape), 0);
  const written = outputBytes(output);
  switch (layer.kind) {
    case 'input':
    case 'reshape':
      return NO_WORK;
    case 'conv2d':
    case 'dense':
      return { ...moved(read + written, 1), convolution: multiplyAdds(layer, inputs[0] ?? [], output) };
    case 'depthwiseConv2d':
      return { ...moved(read + written, 1), depthwise: multiplyAdds(layer, inputs[0] ?? [], output) };
    case 'batchNorm':
      return moved((usesBatchStatistics ? 2 : 1) * read + written, 1);
    default:
      return moved(read + written, 1);
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
export function backwardWork({ layer, inputs, output }: ShapedLayer, demand: BackwardDemand): Work {
  const asked = Number(demand.byInput) + Number(demand.byWeights);
  if (asked === 0) return NO_WORK;
  const below = inputs.reduce((sum, shape) => sum + outputBytes(shape), 0);
  const above = outputBytes(output);
  switch (layer.kind) {
    case 'input':
    case 'reshape':
      return NO_WORK;
    case 'conv2d':
    case 'dense':
      return {
        ...moved(asked * (below + above), asked),
        convolution: asked * multiplyAdds(layer, inputs[0] ?? [], output),
      };
    case 'depthwiseConv2d':
      return {
        ...moved(asked * (below + above), asked),
        depthwiseGradient: asked * multiplyAdds(layer, inputs[0] ?? [], output),
      };
    case 'batchNorm':
      // Both the gradient and the input are read twice where statistics or parameters are differentiated.
      return moved((demand.byWeights || demand.usesBatchStatistics ? 5 : 2) * above, 1);
    case 'activation':
      return moved(3 * above, 1);
    default:
      return moved(below + above, 1);
  }
}
