import type {
  LocalResponseNormLayer,
  ReflectionPaddingLayer,
  RescalingLayer,
  ResizingLayer,
  ZeroPaddingLayer,
} from '../../network/layer.ts';
import { float, int, ints, text, type OnnxGraph, type Value } from './onnx-graph.ts';
import { sidesOf } from './window-nodes.ts';

/** ITU-R 601-2's luma in 65536ths, as of `normalisedImages`. */
const LUMA = [19595, 38470, 7471].map((share) => share / 65536);

/** A value in either order, with where its channels are in it. */
interface Placed {
  readonly name: string;
  readonly axis: number;
  /** The shape of one value a channel that repeats over the rest. */
  readonly perChannel: (channels: number) => readonly number[];
  readonly as: (graph: OnnxGraph, shape: readonly number[], name: string) => Value;
}

/** In the order in which a value lies at hand. */
export function placed(value: Value): Placed {
  return value.isChannelsFirst
    ? {
        name: value.channelsFirst(),
        axis: 1,
        perChannel: (channels) => [channels, 1, 1],
        as: (graph, shape, name) => graph.image(shape, name),
      }
    : {
        name: value.plain(),
        axis: value.shape.length,
        perChannel: (channels) => [channels],
        as: (graph, shape, name) => graph.plain(shape, name),
      };
}

/** Channels put into another order, then every value times `scale` plus `offset`. */
export function rescalingNodes(
  graph: OnnxGraph,
  name: string,
  input: Value,
  { scale, offset, channelOrder = 'rgb' }: Pick<RescalingLayer, 'scale' | 'offset' | 'channelOrder'>,
): Value {
  const { name: given, axis, perChannel, as } = placed(input);
  const constant = (suffix: string, values: number | readonly number[]): string =>
    typeof values === 'number'
      ? graph.constant(`${name}/${suffix}`, [], [values])
      : graph.constant(`${name}/${suffix}`, perChannel(values.length), values);
  let last = given;
  if (channelOrder === 'bgr') {
    const order = graph.indices(`${name}/order`, [2, 1, 0]);
    last = graph.node('Gather', `${name}/reversed`, [last, order], { axis: int(axis) });
  } else if (channelOrder === 'grey') {
    const weighted = graph.node('Mul', `${name}/weighted`, [last, constant('luma', LUMA)]);
    const summed = graph.node('ReduceSum', `${name}/sum`, [weighted, graph.indices(`${name}/channels`, [axis])]);
    const moved = graph.node('Add', `${name}/moved`, [summed, constant('half', 0.5)]);
    last = graph.node('Floor', `${name}/rounded`, [moved]);
  }
  if (scale !== 1) last = graph.node('Mul', `${name}/scaled`, [last, constant('scale', scale)]);
  if (offset !== 0) last = graph.node('Add', name, [last, constant('offset', offset)]);
  const shape = channelOrder === 'grey' ? [...input.shape.slice(0, -1), 1] : input.shape;
  return as(graph, shape, last);
}

export function paddingNodes(
  graph: OnnxGraph,
  name: string,
  input: Value,
  { kind, padding }: ZeroPaddingLayer | ReflectionPaddingLayer,
): string {
  const { top, bottom, left, right } = padding;
  const pads = graph.indices(`${name}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
  const mode = kind === 'zeroPadding2d' ? 'constant' : 'reflect';
  return graph.node('Pad', name, [input.channelsFirst(), pads], { mode: text(mode) });
}

/** Which pixel of a side each of the output is, by TensorFlow's own arithmetic in single precision. */
function nearestPixels(size: number, count: number): readonly number[] {
  const scale = Math.fround(size / count);
  return Array.from({ length: count }, (_, index) =>
    Math.min(Math.floor(Math.fround(Math.fround(index + 0.5) * scale)), size - 1),
  );
}

export function resizingNodes(graph: OnnxGraph, name: string, input: Value, layer: ResizingLayer): string {
  const { height, width, interpolation } = layer;
  const [ownHeight, ownWidth] = sidesOf(input);
  if (interpolation === 'nearest') {
    const rows = graph.indices(`${name}/row_numbers`, nearestPixels(ownHeight, height));
    const columns = graph.indices(`${name}/column_numbers`, nearestPixels(ownWidth, width));
    const taken = graph.node('Gather', `${name}/rows`, [input.channelsFirst(), rows], { axis: int(2) });
    return graph.node('Gather', name, [taken, columns], { axis: int(3) });
  }
  // A scale would be rounded; sizes need the batch's, which is known when the graph runs.
  const sizes = graph.node(
    'Concat',
    `${name}/sizes`,
    [
      graph.node('Shape', `${name}/batch`, [input.channelsFirst()], { start: int(0), end: int(1) }),
      graph.indices(`${name}/image`, [input.shape[2] ?? 0, height, width]),
    ],
    { axis: int(0) },
  );
  return graph.node('Resize', name, [input.channelsFirst(), '', '', sizes], {
    mode: text('linear'),
    coordinate_transformation_mode: text('half_pixel'),
  });
}

export function localResponseNormNodes(
  graph: OnnxGraph,
  name: string,
  input: Value,
  { depthRadius, bias, alpha, beta }: LocalResponseNormLayer,
): string {
  const size = 2 * depthRadius + 1;
  // ONNX' alpha is that of the mean of the squares, ours of their sum.
  return graph.node('LRN', name, [input.channelsFirst()], {
    size: int(size),
    alpha: float(alpha * size),
    beta: float(beta),
    bias: float(bias),
  });
}

/** @returns the mean over all pixels, [channels] or [1, 1, channels] */
export function globalAverageNodes(graph: OnnxGraph, name: string, input: Value, keepDimensions: boolean): Value {
  const channels = input.shape[2] ?? 0;
  const first = input.channelsFirst();
  return keepDimensions
    ? graph.image([1, 1, channels], graph.node('GlobalAveragePool', name, [first]))
    : graph.plain([channels], graph.node('ReduceMean', name, [first], { axes: ints([2, 3]), keepdims: int(0) }));
}
