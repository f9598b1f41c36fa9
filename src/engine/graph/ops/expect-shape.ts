import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { Tensor } from '../graph.ts';

/** The sizes of an image tensor. */
export interface ImageShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** @throws ThawError `graph.invalid`, naming the op, unless `holds` */
export function expectShape(name: string, holds: boolean, rule: string, ...found: readonly Tensor[]): void {
  if (holds) return;
  const shapes = found.map(({ dtype, shape }) => `${dtype} [${shape.join(', ')}]`).join(' and ');
  throw new ThawError(
    'graph.invalid',
    `'${name}' needs ${rule}; received ${shapes}.`,
    'Check how the layer is connected, and the sizes of its tensors.',
  );
}

/** @throws ThawError `graph.invalid` unless the input is [batch, height, width, channels] with fixed sizes but the batch */
export function imageShape(name: string, input: Tensor): ImageShape {
  const [batch = 0, height = 0, width = 0, channels = 0] = input.shape;
  expectShape(
    name,
    input.shape.length === 4 && height > 0 && width > 0 && channels > 0,
    'an input of [batch, height, width, channels]',
    input,
  );
  return { batch, height, width, channels };
}
