import { IdxProblem } from './idx-file.ts';

/** How the images of an IDX file lie in it. */
export interface IdxLayout {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** Whether each image holds one channel after the other, as PyTorch's tensors do. */
  readonly channelsFirst: boolean;
}

/**
 * What the dimensions of an IDX file of images mean: count, rows and columns, and of four, the channels last or behind the
 * count; 3 are red, green and blue, 1 is grey.
 *
 * @throws IdxProblem
 */
export function idxLayout(shape: readonly number[]): IdxLayout {
  const [count = 0, first = 0, second = 0, third] = shape;
  const text = shape.join(' x ');
  const refuse = (rule: string): IdxProblem => new IdxProblem(`its dimensions are ${text}: ${rule}`);
  if (shape.length === 2) throw refuse('of images whose rows stand in one line, height and width are not known');
  if (shape.length !== 3 && shape.length !== 4) throw new IdxProblem('it holds no images');
  const last = third === 1 || third === 3;
  const channels = third === undefined ? 1 : last ? third : first;
  if (channels !== 1 && channels !== 3)
    throw refuse('an image has 1 channel or 3, in the last dimension or the second');
  const channelsFirst = third !== undefined && !last;
  const [height, width] = channelsFirst ? [second, third] : [first, second];
  if (height === 0 || width === 0) throw refuse('there is no pixel in an image');
  return { count, height, width, channels, channelsFirst };
}

/** Levels [channels, height, width] as pixels [height, width, channels]. */
export function channelsLast(levels: Uint8Array, { height, width, channels }: IdxLayout): Uint8Array {
  const places = height * width;
  const pixels = new Uint8Array(levels.length);
  for (let at = 0; at < pixels.length; at += 1) {
    pixels[at] = levels[(at % channels) * places + Math.floor(at / channels)] ?? 0;
  }
  return pixels;
}
