import { float, text, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape, imageShape } from './expect-shape.ts';
import { gather } from './gather.ts';
import { reshape } from './reshape.ts';
import { shapeOf } from './shape-of.ts';

/** The number of each image of a batch, int32 [batch]: the batch is known only when the graph runs. */
function imageNumbers(graph: Graph, name: string, boxes: Tensor): Tensor {
  const scalar = (suffix: string, value: number): Tensor => graph.constant(`${name}/${suffix}`, 'int32', [], value);
  const first = graph.constant(`${name}/axis`, 'int32', [1], [0]);
  const count = gather(graph, `${name}/count`, shapeOf(graph, `${name}/shape`, boxes), first);
  return graph.single({
    op: 'Range',
    name,
    inputs: [scalar('from', 0), reshape(graph, `${name}/to`, count, []), scalar('by', 1)],
    attributes: { Tidx: type('int32') },
    outputs: [{ dtype: 'int32', shape: [-1] }],
  });
}

/**
 * Takes a box out of each image and brings it to a size, bilinearly between the nearest four pixels. It is meant for what
 * is fed, and has no gradient.
 *
 * @param images uint8 [batch, height, width, channels]
 * @param boxes float32 [batch, 4]: y1, x1, y2, x2, where 0 is the centre of the first pixel and 1 that of the last; the
 *   first and last output pixels lie on them. With x1 > x2 the box is mirrored. What lies outside of [0, 1] is 0.
 * @returns float32 [batch, size.height, size.width, channels], in the values of the pixels; a box [0, 0, 1, 1] of the
 *   image's own size gives its very pixels
 * @throws ThawError `graph.invalid` when the images or the boxes are of another shape
 */
export function cropAndResize(
  graph: Graph,
  name: string,
  images: Tensor,
  boxes: Tensor,
  size: { readonly height: number; readonly width: number },
): Tensor {
  const { batch, channels } = imageShape(name, images);
  expectShape(
    name,
    images.dtype === 'uint8' && boxes.dtype === 'float32' && boxes.shape.length === 2 && boxes.shape[1] === 4,
    'uint8 images and float32 boxes of [batch, 4]',
    images,
    boxes,
  );
  return graph.single({
    op: 'CropAndResize',
    name,
    inputs: [
      images,
      boxes,
      imageNumbers(graph, `${name}/images`, boxes),
      graph.constant(`${name}/size`, 'int32', [2], [size.height, size.width]),
    ],
    attributes: { T: type('uint8'), method: text('bilinear'), extrapolation_value: float(0) },
    outputs: [{ dtype: 'float32', shape: [batch, size.height, size.width, channels] }],
  });
}
