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
