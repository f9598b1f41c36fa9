import type { Graph, Tensor } from '../graph.ts';
import { cast } from './cast.ts';
import { expectShape } from './expect-shape.ts';
import { multiply } from './multiply.ts';
import { pad } from './pad.ts';
import { pooling, type PoolOptions } from './pooling.ts';
import { shapeOf } from './shape-of.ts';

export interface AveragePoolOptions extends PoolOptions {
  /** Whether an explicit padding counts as zeros, as PyTorch's `count_include_pad` does by itself; false leaves it out. */
  readonly countPadding?: boolean;
}

/** `AvgPool` itself, which knows no explicit padding. */
function plain(graph: Graph, name: string, input: Tensor, options: PoolOptions): Tensor {
  const { attributes, output } = pooling(name, input, options);
  return graph.single({
    op: 'AvgPool',
    name,
    inputs: [input],
    attributes,
    outputs: [output],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      const scope = `gradients/${name}`;
      return graph.node({
        op: 'AvgPoolGrad',
        name: scope,
        inputs: [shapeOf(graph, `${scope}/shape`, input), gradient],
        attributes,
        outputs: [input],
      });
    },
  });
}

/** How many pixels of each window lie inside the image, along one side. */
function insideCounts(count: number, size: number, window: number, stride: number, before: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => {
    const start = index * stride - before;
    return Math.min(start + window, size) - Math.max(start, 0);
  });
}

/**
 * The mean of each window; what `SAME` puts around the image is left out of the mean, an explicit padding where it is told
 * to be.
 *
 * @param input [batch, height, width, channels]
 * @returns [batch, height', width', channels]
 * @throws ThawError `graph.invalid` when the input is no image, nothing is left of it, or a window holds nothing of it
 */
export function averagePool(graph: Graph, name: string, input: Tensor, options: AveragePoolOptions): Tensor {
  const { padding, poolSize, strides, countPadding = true } = options;
  if (typeof padding === 'string') return plain(graph, name, input, options);
  // It refuses what does not fit before anything is built.
  const { shape } = pooling(name, input, options).output;
  const [, height = 0, width = 0] = shape;
  const rows = insideCounts(height, input.shape[1] ?? 0, poolSize[0], strides[0], padding.top);
  const columns = insideCounts(width, input.shape[2] ?? 0, poolSize[1], strides[1], padding.left);
  expectShape(name, Math.min(...rows, ...columns) > 0, 'a padding that is smaller than its window', input);
  const padded = pad(graph, `${name}/padded`, input, padding);
  const pooled = plain(graph, countPadding ? name : `${name}/all`, padded, { ...options, padding: 'VALID' });
  if (countPadding) return pooled;
  const shares = rows.flatMap((inRow) => columns.map((inColumn) => (poolSize[0] * poolSize[1]) / (inRow * inColumn)));
  const factors = graph.constant(`${name}/factors`, 'float32', [1, height, width, 1], shares);
  return multiply(graph, name, pooled, cast(graph, `${name}/factors_cast`, factors, input.dtype));
}
