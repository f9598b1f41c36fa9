import type { ExplicitPadding } from '../../network/layer.ts';
import type { LayerStack, Place } from './layer-stack.ts';

/** Rows and columns of zeros around an image. */
export function zerosAround(stack: LayerStack, name: string, input: Place, padding: ExplicitPadding): Place {
  const { top, bottom, left, right } = padding;
  const [height = 1, width = 1, channels = 1] = input.shape;
  return stack.add('ZeroPadding2D', name, [input], {
    options: {
      padding: [
        [top, bottom],
        [left, right],
      ],
    },
    shape: [height + top + bottom, width + left + right, channels],
  });
}
