import type {
  AdaptiveAveragePool2dLayer,
  AdaptiveMaxPool2dLayer,
  AveragePool2dLayer,
  MaxPool2dLayer,
  Padding,
} from '../../network/layer.ts';
import { int, ints, type OnnxGraph, type Value } from './onnx-graph.ts';

type Sides = readonly [number, number];

const ADDED = [
  ['top', 'bottom'],
  ['left', 'right'],
] as const;

/** ONNX' `pads` of a window that slides over an image: [top, left, bottom, right]; `same` is TensorFlow's, the odd pixel at the end. */
export function padsOf(image: Sides, reach: Sides, strides: Sides, padding: Padding): readonly number[] {
  const sides = ([0, 1] as const).map((side): Sides => {
    if (padding === 'valid') return [0, 0];
    if (padding !== 'same') return [padding[ADDED[side][0]], padding[ADDED[side][1]]];
    const moved = (Math.ceil(image[side] / strides[side]) - 1) * strides[side];
    const around = Math.max(moved + reach[side] - image[side], 0);
    return [Math.floor(around / 2), around - Math.floor(around / 2)];
  });
  return [...sides.map(([before]) => before), ...sides.map(([, after]) => after)];
}

/** The height and width of an image. */
export function sidesOf({ shape: [height = 0, width = 0] }: Value): Sides {
  return [height, width];
}

export function poolingNodes(
  graph: OnnxGraph,
  name: string,
  input: Value,
  layer: Pick<MaxPool2dLayer | AveragePool2dLayer, 'kind' | 'poolSize' | 'strides' | 'padding'> & {
    readonly countPadding?: boolean;
  },
): string {
  const { kind, poolSize, strides, padding, countPadding = true } = layer;
  const attributes = {
    kernel_shape: ints(poolSize),
    strides: ints(strides),
    pads: ints(padsOf(sidesOf(input), poolSize, strides, padding)),
  };
  if (kind === 'maxPool2d') return graph.node('MaxPool', name, [input.channelsFirst()], attributes);
  // What `same` puts around an image is never counted.
  const counted = countPadding && typeof padding !== 'string';
  return graph.node('AveragePool', name, [input.channelsFirst()], {
    ...attributes,
    count_include_pad: int(Number(counted)),
  });
}

/** The pixels of one side that each pixel of the output is made of, by PyTorch's rule. */
function binsOf(size: number, count: number): readonly Sides[] {
  return Array.from({ length: count }, (_, index) => [
    Math.floor((index * size) / count),
    Math.ceil(((index + 1) * size) / count),
  ]);
}

/** Means of bins as a product with a matrix on each side: bins of several sizes are no window. */
function adaptiveMeans(graph: OnnxGraph, name: string, input: Value, [rows, columns]: Sides): string {
  const [height, width] = sidesOf(input);
  const share = ([start, end]: Sides, index: number): number => (index >= start && index < end ? 1 / (end - start) : 0);
  const down = binsOf(height, rows).flatMap((bin) => Array.from({ length: height }, (_, row) => share(bin, row)));
  const bins = binsOf(width, columns);
  const across = Array.from({ length: width }, (_, column) => bins.map((bin) => share(bin, column))).flat();
  const mixed = graph.node('MatMul', `${name}/rows`, [
    graph.constant(`${name}/row_shares`, [rows, height], down),
    input.channelsFirst(),
  ]);
  return graph.node('MatMul', name, [mixed, graph.constant(`${name}/column_shares`, [width, columns], across)]);
}

/** Largest values of bins: each bin laid out in the length of the longest, its last pixel repeated, then a usual window. */
function adaptiveMaxima(graph: OnnxGraph, name: string, input: Value, outputSize: Sides): string {
  let last = input.channelsFirst();
  const longest = ([0, 1] as const).map((side) => {
    const bins = binsOf(sidesOf(input)[side], outputSize[side]);
    const each = Math.max(...bins.map(([start, end]) => end - start));
    const taken = bins.flatMap(([start, end]) =>
      Array.from({ length: each }, (_, index) => Math.min(start + index, end - 1)),
    );
    const own = `${name}/${side === 0 ? 'rows' : 'columns'}`;
    last = graph.node('Gather', own, [last, graph.indices(`${own}/taken`, taken)], { axis: int(side + 2) });
    return each;
  });
  return graph.node('MaxPool', name, [last], { kernel_shape: ints(longest), strides: ints(longest) });
}

export function adaptivePoolingNodes(
  graph: OnnxGraph,
  name: string,
  input: Value,
  { kind, outputSize }: AdaptiveAveragePool2dLayer | AdaptiveMaxPool2dLayer,
): string {
  const [height, width] = sidesOf(input);
  const [rows, columns] = outputSize;
  if (height % rows === 0 && width % columns === 0) {
    const window = [height / rows, width / columns] as const;
    const plain = kind === 'adaptiveMaxPool2d' ? 'maxPool2d' : 'averagePool2d';
    return poolingNodes(graph, name, input, { kind: plain, poolSize: window, strides: window, padding: 'valid' });
  }
  return kind === 'adaptiveMaxPool2d'
    ? adaptiveMaxima(graph, name, input, outputSize)
    : adaptiveMeans(graph, name, input, outputSize);
}
