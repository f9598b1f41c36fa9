/** Pixels as they are, upright. */
export interface RawImage {
  /** [height, width, channels] uint8: grey, RGB, or RGB with the opacity last. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/** An image as decoding takes it: a file's path, a file's content, or pixels that need no decoding. */
export type ImageInput = string | Uint8Array | RawImage;

export function isRaw(input: ImageInput): input is RawImage {
  return typeof input !== 'string' && !(input instanceof Uint8Array);
}

/** The largest camera pictures have 102 million pixels; a file that claims more than this is refused before decoding. */
export const MAXIMUM_PIXELS = 2 ** 27;

export const TOO_MANY_PIXELS = `it has more than the ${Math.floor(MAXIMUM_PIXELS / 1e6)} million pixels that are decoded`;
