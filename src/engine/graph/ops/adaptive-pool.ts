import { bool, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { averagePool } from './average-pool.ts';
import { cast } from './cast.ts';
import { expectShape, imageShape } from './expect-shape.ts';
import { maxPool } from './max-pool.ts';
import { reshape } from './reshape.ts';

export interface AdaptivePoolOptions {
  /** [rows, columns] */
  readonly outputSize: readonly [number, number];
}

/** The pixels of one side that one output pixel is made of, `end` apart. */
interface Bin {
  readonly start: number;
  readonly end: number;
}

/** PyTorch's rule: from the share of the side that lies before, rounded down, to what lies before the next, rounded up. */
function binsOf(size: number, count: number): readonly Bin[] {
  return Array.from({ length: count }, (_, index) => ({
    start: Math.floor((index * size) / count),
    end: Math.ceil(((index + 1) * size) / count),
  }));
}

/**
 * Each row of the output as a sum of rows of the input.
 *
 * @param input [batch, rows, features]
 * @param shares [rows', rows], row-major
 * @returns [batch, rows', features]
 */
function mixRows(graph: Graph, name: string, input: Tensor, shares: readonly (readonly number[])[]): Tensor {
  const [batch = -1, rows = 0, features = 0] = input.shape;
  const constant = graph.constant(`${name}/shares`, 'float32', [shares.length, rows], shares.flat());
  const matrix = cast(graph, `${name}/shares_cast`, constant, input.dtype);
  const attributes = (transposed: boolean) => ({
    T: type(input.dtype),
    adj_x: bool(transposed),
    adj_y: bool(false),
  });
  return graph.single({
    op: 'BatchMatMulV2',
    name,
    inputs: [matrix, input],
    attributes: attributes(false),
    outputs: [{ dtype: input.dtype, shape: [batch, shares.length, features] }],
    sources: [input],
    backward: ([gradient]) => [
      gradient
        ? graph.single({
            op: 'BatchMatMulV2',
            name: `gradients/${name}`,
            inputs: [matrix, gradient],
            attributes: attributes(true),
            outputs: [input],
          })
        : null,
    ],
  });
}

/**
 * Rows, then columns, mixed.
 *
 * @param input [batch, height, width, channels]
 * @returns [batch, rows, columns, channels]
 */
function mixImage(
  graph: Graph,
  name: string,
  input: Tensor,
  rows: readonly (readonly number[])[],
  columns: readonly (readonly number[])[],
): Tensor {
  const { height, width, channels } = imageShape(name, input);
  const asRows = reshape(graph, `${name}/rows`, input, [-1, height, width * channels]);
  const mixed = mixRows(graph, `${name}/rows/mixed`, asRows, rows);
  const asColumns = reshape(graph, `${name}/columns`, mixed, [-1, width, channels]);
  const image = mixRows(graph, `${name}/columns/mixed`, asColumns, columns);
  return reshape(graph, name, image, [-1, rows.length, columns.length, channels]);
}

/** The bins' rows of one size, for a window to slide over: a shorter one repeats its last row, as no largest value minds. */
function selections(bins: readonly Bin[], size: number): { readonly rows: readonly number[][]; readonly each: number } {
  const each = Math.max(...bins.map(({ start, end }) => end - start));
  const taken = bins.flatMap(({ start, end }) =>
    Array.from({ length: each }, (_, index) => Math.min(start + index, end - 1)),
  );
  return { rows: taken.map((row) => Array.from({ length: size }, (_, index) => Number(index === row))), each };
}

function checked(name: string, input: Tensor, { outputSize }: AdaptivePoolOptions) {
  const { height, width } = imageShape(name, input);
  const [rows, columns] = outputSize;
  expectShape(
    name,
    outputSize.every((size) => Number.isInteger(size) && size > 0),
    `an output of whole pixels, not ${rows} x ${columns}`,
    input,
  );
  // Equal parts are a usual window, which is faster.
  const window = height % rows === 0 && width % columns === 0 ? ([height / rows, width / columns] as const) : null;
  return { height, width, rows: binsOf(height, rows), columns: binsOf(width, columns), window };
}

/**
 * The means of as many parts of the image as the output has pixels, as PyTorch's AdaptiveAvgPool2d: parts overlap by a row
 * or a column where they do not come out even.
 *
 * @param input [batch, height, width, channels]
 * @returns [batch, rows, columns, channels]
 * @throws ThawError `graph.invalid` when the input is no image, or the output has no whole size
 */
export function adaptiveAveragePool(graph: Graph, name: string, input: Tensor, options: AdaptivePoolOptions): Tensor {
  const { height, width, rows, columns, window } = checked(name, input, options);
  if (window) return averagePool(graph, name, input, { poolSize: window, strides: window, padding: 'VALID' });
  const shares = (bins: readonly Bin[], size: number): readonly number[][] =>
    bins.map(({ start, end }) =>
      Array.from({ length: size }, (_, index) => (index >= start && index < end ? 1 / (end - start) : 0)),
    );
  return mixImage(graph, name, input, shares(rows, height), shares(columns, width));
}

/**
 * The largest values of as many parts of the image as the output has pixels, as PyTorch's AdaptiveMaxPool2d.
 *
 * @param input [batch, height, width, channels]
 * @returns [batch, rows, columns, channels]
 * @throws ThawError `graph.invalid` when the input is no image, or the output has no whole size
 */
export function adaptiveMaxPool(graph: Graph, name: string, input: Tensor, options: AdaptivePoolOptions): Tensor {
  const { height, width, rows, columns, window } = checked(name, input, options);
  if (window) return maxPool(graph, name, input, { poolSize: window, strides: window, padding: 'VALID' });
  const [down, across] = [selections(rows, height), selections(columns, width)];
  const taken = mixImage(graph, `${name}/taken`, input, down.rows, across.rows);
  const poolSize = [down.each, across.each] as const;
  return maxPool(graph, name, taken, { poolSize, strides: poolSize, padding: 'VALID' });
}
