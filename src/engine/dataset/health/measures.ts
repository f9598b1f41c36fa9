/** What an image is like. */
export interface ImageMeasures {
  /** In pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** Such as `jpeg`; `idx` for an image within such a file. */
  readonly format: string;
  readonly channels: 'grey' | 'colour' | 'cmyk';
  readonly transparent: boolean;
  /** The standard deviation of its brightness in levels of 256, seen small. */
  readonly contrast: number;
}

export type Measured =
  | { readonly kind: 'measures'; readonly measures: ImageMeasures }
  | { readonly kind: 'problem'; readonly reason: string };

/** Two images that show the same, by their places in a list of images, the first the smaller one. */
export interface AlikePair {
  readonly first: number;
  readonly second: number;
  /** Of the second against the first. */
  readonly mirrored: boolean;
  readonly upsideDown: boolean;
  /** The correlation of their brightness, at most 1. */
  readonly similarity: number;
}
