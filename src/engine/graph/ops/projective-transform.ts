import type { AugmentationPlan } from '../../../shared/contract/augmentation.ts';
import { text, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape, imageShape } from './expect-shape.ts';

/**
 * Looks up each pixel of the output in an image, bilinearly between the nearest four. It is meant for what is fed, and has
 * no gradient.
 *
 * @param images float32 [batch, height, width, channels]
 * @param transforms float32 [batch, 8]: the pixel at column x of row y comes from column (a x + b y + c) / k of row
 *   (d x + e y + f) / k, where k = g x + h y + 1 and all count from 0, the centre of the first pixel
 * @param fill what lies outside of an image; `constant` is 0
 * @returns float32 [batch, size.height, size.width, channels]
 * @throws ThawError `graph.invalid` when the images or the transforms are of another shape
 */
export function projectiveTransform(
  graph: Graph,
  name: string,
  images: Tensor,
  transforms: Tensor,
  { fill, ...size }: { readonly height: number; readonly width: number; readonly fill: AugmentationPlan['fill'] },
): Tensor {
  const { batch, channels } = imageShape(name, images);
  expectShape(
    name,
    images.dtype === 'float32' &&
      transforms.dtype === 'float32' &&
      transforms.shape.length === 2 &&
      transforms.shape[1] === 8,
    'float32 images and float32 transforms of [batch, 8]',
    images,
    transforms,
  );
  return graph.single({
    op: 'ImageProjectiveTransformV3',
    name,
    inputs: [
      images,
      transforms,
      graph.constant(`${name}/size`, 'int32', [2], [size.height, size.width]),
      graph.constant(`${name}/outside`, 'float32', [], 0),
    ],
    attributes: { dtype: type('float32'), interpolation: text('BILINEAR'), fill_mode: text(fill.toUpperCase()) },
    outputs: [{ dtype: 'float32', shape: [batch, size.height, size.width, channels] }],
  });
}
