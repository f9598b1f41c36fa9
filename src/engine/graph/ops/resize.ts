import { bool, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { cast } from './cast.ts';
import { expectShape, imageShape } from './expect-shape.ts';

export interface ResizeOptions {
  readonly height: number;
  readonly width: number;
  /** `bilinear` mixes the nearest four pixels, also where it makes an image smaller; `nearest` takes one. */
  readonly interpolation: 'bilinear' | 'nearest';
}

/**
 * Brings images to another size, the centres of the pixels spread evenly (`half_pixel_centers`), as `tf.image.resize`,
 * Keras' UpSampling2D and PyTorch's `interpolate` without `align_corners` do; its `nearest` is theirs called `nearest-exact`.
 *
 * @param input [batch, height, width, channels]
 * @returns [batch, options.height, options.width, channels]
 * @throws ThawError `graph.invalid` when the input is no image, or the size no size
 */
export function resize(graph: Graph, name: string, input: Tensor, options: ResizeOptions): Tensor {
  const { batch, channels, ...old } = imageShape(name, input);
  const { height, width, interpolation } = options;
  expectShape(
    name,
    [height, width].every((size) => Number.isInteger(size) && size > 0),
    `a size of whole pixels, not ${height} x ${width}`,
    input,
  );
  // The gradient of the bilinear form comes and goes as float32.
  const source = interpolation === 'bilinear' ? cast(graph, `${name}/wide`, input, 'float32') : input;
  const attributes = { T: type(source.dtype), half_pixel_centers: bool(true), align_corners: bool(false) };
  const size = (suffix: string, rows: number, columns: number): Tensor =>
    graph.constant(suffix, 'int32', [2], [rows, columns]);
  const resized = graph.single({
    op: interpolation === 'bilinear' ? 'ResizeBilinear' : 'ResizeNearestNeighbor',
    name,
    inputs: [source, size(`${name}/size`, height, width)],
    attributes,
    outputs: [{ dtype: source.dtype, shape: [batch, height, width, channels] }],
    backward: ([gradient]) => {
      if (!gradient) return [null, null];
      const scope = `gradients/${name}`;
      const [op, like] =
        interpolation === 'bilinear'
          ? (['ResizeBilinearGrad', source] as const)
          : (['ResizeNearestNeighborGrad', size(`${scope}/size`, old.height, old.width)] as const);
      return [graph.single({ op, name: scope, inputs: [gradient, like], attributes, outputs: [source] }), null];
    },
  });
  return cast(graph, `${name}/cast`, resized, input.dtype);
}
