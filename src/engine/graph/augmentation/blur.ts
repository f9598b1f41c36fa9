import { bool, int, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape, imageShape } from '../ops/expect-shape.ts';
import { matMul } from '../ops/mat-mul.ts';
import { reshape } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';

/** Where a place beyond the rim is found again: mirrored at the outermost pixel, which is not repeated. */
function reflected(place: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const within = ((place % period) + period) % period;
  return within < size ? within : period - within;
}

/** By image, the matrix that blurs a line of so many pixels: [batch, size, size]. */
function blurMatrices(graph: Graph, name: string, weights: Tensor, size: number): Tensor {
  const taps = weights.shape[1] ?? 0;
  const radius = (taps - 1) / 2;
  const places = Array.from({ length: taps * size }, (_, index) =>
    reflected((index % size) + Math.floor(index / size) - radius, size),
  );
  const scalar = (suffix: string, dtype: 'int32' | 'float32', value: number): Tensor =>
    graph.constant(`${name}/${suffix}`, dtype, [], value);
  const taken = graph.single({
    op: 'OneHot',
    name: `${name}/taken`,
    inputs: [
      graph.constant(`${name}/places`, 'int32', [taps, size], places),
      scalar('depth', 'int32', size),
      scalar('on', 'float32', 1),
      scalar('off', 'float32', 0),
    ],
    attributes: { T: type('float32'), TI: type('int32'), axis: int(-1) },
    outputs: [{ dtype: 'float32', shape: [taps, size, size] }],
  });
  const flat = matMul(graph, `${name}/flat`, weights, reshape(graph, `${name}/taps`, taken, [taps, size * size]));
  return reshape(graph, name, flat, [-1, size, size]);
}

function batchProduct(graph: Graph, name: string, matrices: Tensor, lines: Tensor): Tensor {
  return graph.single({
    op: 'BatchMatMulV2',
    name,
    inputs: [matrices, lines],
    attributes: { T: type('float32'), adj_x: bool(false), adj_y: bool(false) },
    outputs: [lines],
  });
}

/**
 * Blurs each image with a kernel of its own, down the columns and along the rows, as torchvision's `GaussianBlur`; what
 * lies beyond the rim is reflected.
 *
 * @param images float32 [batch, height, width, channels]
 * @param weights float32 [batch, taps], an odd number of which the middle one is the pixel's own; [0, .., 1, .., 0] leaves
 *   an image as it is
 * @throws ThawError `graph.invalid` when images or weights are of another shape
 */
export function blurred(graph: Graph, name: string, images: Tensor, weights: Tensor): Tensor {
  const { height, width, channels } = imageShape(name, images);
  expectShape(
    name,
    weights.shape.length === 2 && (weights.shape[1] ?? 0) % 2 === 1,
    'weights of [batch, odd]',
    weights,
  );
  const rows = batchProduct(
    graph,
    `${name}/down`,
    blurMatrices(graph, `${name}/down/matrices`, weights, height),
    reshape(graph, `${name}/rows`, images, [-1, height, width * channels]),
  );
  const there = reshape(graph, `${name}/down/images`, rows, [-1, height, width, channels]);
  const turned = transpose(graph, `${name}/turned`, there, [0, 2, 1, 3]);
  const columns = batchProduct(
    graph,
    `${name}/along`,
    blurMatrices(graph, `${name}/along/matrices`, weights, width),
    reshape(graph, `${name}/columns`, turned, [-1, width, height * channels]),
  );
  const back = reshape(graph, `${name}/along/images`, columns, [-1, width, height, channels]);
  return transpose(graph, name, back, [0, 2, 1, 3]);
}
