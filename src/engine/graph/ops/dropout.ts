import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';
import { multiply } from './multiply.ts';
import { scale } from './scale.ts';
import { cast } from './cast.ts';
import { shapeOf } from './shape-of.ts';

export interface DropoutOptions {
  /** Share dropped, in [0, 1). */
  readonly rate: number;
  /** int32 [2]: the same seed drops the same elements. */
  readonly seed: Tensor;
  /** Whether all values of an image share one fate. */
  readonly perImage?: boolean;
  /** Whether all values of an image's channel do. */
  readonly perChannel?: boolean;
}

/** FNV-1a, 32 bits: layers of different names draw different numbers from one seed. */
function saltOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}

/** The sizes of these axes, and 1 for every other. */
function sizesOf(graph: Graph, name: string, sizes: Tensor, kept: ReadonlySet<number>): Tensor {
  const [rank = 0] = sizes.shape;
  const most = Array.from({ length: rank }, (_, axis) => (kept.has(axis) ? 0x7fffffff : 1));
  return graph.single({
    op: 'Minimum',
    name,
    inputs: [sizes, graph.constant(`${name}/most`, 'int32', [rank], most)],
    attributes: { T: type('int32') },
    outputs: [sizes],
  });
}

/** The axes along which elements are drawn apart; null for all. */
function apartAxes({ perImage, perChannel }: DropoutOptions, rank: number): ReadonlySet<number> | null {
  if (perImage === true) return new Set([0]);
  return perChannel === true ? new Set([0, rank - 1]) : null;
}

/**
 * Sets a share of the elements to zero and divides the others by what is kept, as Keras' Dropout and SpatialDropout2D do in
 * training.
 *
 * @throws ThawError `graph.invalid` for a rate outside [0, 1) or a seed that is not int32 [2]
 */
export function dropout(graph: Graph, name: string, input: Tensor, options: DropoutOptions): Tensor {
  const { rate, seed } = options;
  expectShape(name, rate >= 0 && rate < 1, `a rate in [0, 1), not ${rate}`, input);
  expectShape(name, seed.dtype === 'int32' && seed.shape.join() === '2', 'an int32 seed of [2]', seed);
  const salt = graph.constant(`${name}/salt`, 'int32', [2], [saltOf(name), 0]);
  const ownSeed = graph.single({
    op: 'BitwiseXor',
    name: `${name}/seed`,
    inputs: [seed, salt],
    attributes: { T: type('int32') },
    outputs: [seed],
  });
  const sizes = shapeOf(graph, `${name}/shape`, input);
  const apart = apartAxes(options, input.shape.length);
  const drawn = input.shape.map((size, axis) => (apart === null || apart.has(axis) ? size : 1));
  const uniform = graph.single({
    op: 'StatelessRandomUniform',
    name: `${name}/uniform`,
    inputs: [apart === null ? sizes : sizesOf(graph, `${name}/drawn_sizes`, sizes, apart), ownSeed],
    attributes: { dtype: type('float32'), T: type('int32'), Tseed: type('int32') },
    outputs: [{ dtype: 'float32', shape: drawn }],
  });
  const kept = graph.single({
    op: 'GreaterEqual',
    name: `${name}/kept`,
    inputs: [uniform, graph.constant(`${name}/rate`, 'float32', [], rate)],
    attributes: { T: type('float32') },
    outputs: [{ dtype: 'bool', shape: drawn }],
  });
  const mask = scale(graph, `${name}/mask`, cast(graph, `${name}/kept_cast`, kept, input.dtype), 1 / (1 - rate));
  return multiply(graph, name, input, mask);
}
