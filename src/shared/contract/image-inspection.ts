import { z } from 'zod';
import { SPLITS } from './dataset-view.ts';

export const HISTOGRAM_BINS = 256;

/** How often each of the 256 levels occurs, and what follows from that. */
const channelStatistics = z.strictObject({
  counts: z.instanceof(Uint32Array),
  mean: z.number(),
  standardDeviation: z.number(),
});
export type ChannelLevels = z.infer<typeof channelStatistics>;

/** Of the pixels as a network is shown them before any resize: RGB of 8 bits, transparency over white. */
export const pixelStatistics = z.strictObject({
  /** Pixels that were counted: of a large image some at even distances. */
  counted: z.int(),
  red: channelStatistics,
  green: channelStatistics,
  blue: channelStatistics,
  /** Rec. 601 luma: 0.299 R + 0.587 G + 0.114 B. */
  luminance: channelStatistics,
});
export type PixelStatistics = z.infer<typeof pixelStatistics>;

/** What the camera wrote of a photograph; null for what it did not. */
export const exifFacts = z.strictObject({
  /** As the camera's clock had it, without a time zone: `2016-05-04T12:30:05`. */
  takenAt: z.string().nullable(),
  camera: z.string().nullable(),
  lens: z.string().nullable(),
  exposureSeconds: z.number().nullable(),
  fNumber: z.number().nullable(),
  iso: z.number().nullable(),
  focalLengthMillimetres: z.number().nullable(),
  /** Whether the file says where it was taken. */
  hasLocation: z.boolean(),
  /** Degrees, north and east positive; null unless it was asked for. */
  location: z.strictObject({ latitude: z.number(), longitude: z.number() }).nullable(),
});
export type ExifFacts = z.infer<typeof exifFacts>;

/** What an image file's header says. */
export const imageFacts = z.strictObject({
  /** In pixels, upright. */
  width: z.int(),
  height: z.int(),
  /** Such as `jpeg`; `idx` for an image within such a file. */
  format: z.string(),
  channels: z.int(),
  bitsPerChannel: z.int(),
  /** As libvips names it: `srgb`, `b-w`, `cmyk`, `rgb16`. */
  colourSpace: z.string(),
  hasAlpha: z.boolean(),
  hasPalette: z.boolean(),
  /** An embedded colour profile, which is not applied to RGB. */
  hasProfile: z.boolean(),
  isProgressive: z.boolean(),
  /** Frames or pages; the first is used. */
  frames: z.int(),
  /** EXIF's, 1 to 8; 1 is upright. */
  orientation: z.int().min(1).max(8),
  /** null where the file has no EXIF that can be read. */
  exif: exifFacts.nullable(),
});
export type ImageFacts = z.infer<typeof imageFacts>;

/** One image looked at closely. */
export const imageInspection = z.strictObject({
  imageId: z.string(),
  /** Relative to its dataset; the name of a granted file. */
  path: z.string(),
  /** null where none is known. */
  className: z.string().nullable(),
  split: z.enum(SPLITS).nullable(),
  bytes: z.int(),
  /** SHA-256 in hex, of the file as it is now; of one within an IDX file, of its pixels. */
  contentHash: z.string(),
  /** null where even the header does not read. */
  facts: imageFacts.nullable(),
  /** null where it does not decode. */
  pixels: pixelStatistics.nullable(),
  /** Why it does not decode, for people; null where it does. */
  problem: z.string().nullable(),
});
export type ImageInspection = z.infer<typeof imageInspection>;
