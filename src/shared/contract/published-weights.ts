import { z } from 'zod';

/** What a publisher's own sources state of one file of pretrained weights; what they do not state is null. */
export const publishedWeights = z.strictObject({
  /** The file's own, by which it is asked for. */
  name: z.string().regex(/^[\w.-]{1,128}$/),
  /** The canonical name of the registry. */
  network: z.string(),
  framework: z.enum(['keras', 'torch']),
  address: z.url({ protocol: /^https?$/ }),
  /** Of 1024 * 1024 bytes, rounded as the publisher does. */
  mebibytes: z.number().positive().nullable(),
  /** The first digits may be all that is stated, no fewer than eight. Null: nobody can tell whether a file is the one meant. */
  hash: z.strictObject({ algorithm: z.enum(['md5', 'sha256']), hex: z.string().regex(/^[0-9a-f]{8,64}$/) }).nullable(),
  licence: z.string().nullable(),
  /** Of its classifier; null where the file has none. */
  classes: z.int().min(1).nullable(),
  preprocessing: z.strictObject({
    /** As Keras' `preprocess_input` calls it; `none` leaves pixels as they are. */
    rule: z.enum(['tf', 'caffe', 'torch', 'none']),
    /** What the shorter side is brought to, in pixels, before a square of `crop` is cut from the middle. */
    resize: z.int().min(1).nullable(),
    crop: z.int().min(1).nullable(),
    interpolation: z.enum(['bilinear', 'bicubic']).nullable(),
  }),
  /** The package and version that state all this. */
  source: z.string(),
});
export type PublishedWeights = z.infer<typeof publishedWeights>;

/** `resources/weights.json`. */
export const weightsCatalogue = z.strictObject({ schema: z.literal(1), weights: z.array(publishedWeights) });

/** One of the catalogue, and where it lies on this machine; null where it has not been downloaded. */
export const catalogueEntry = publishedWeights.extend({ path: z.string().nullable() });
export type CatalogueEntry = z.infer<typeof catalogueEntry>;

/** Weights that are on this machine now. */
export const downloadedWeights = z.strictObject({
  entry: publishedWeights,
  path: z.string(),
  bytes: z.int(),
  /** False where it was here already. */
  fetched: z.boolean(),
  /** Whether the file has the hash that its publisher states; false where none is stated. */
  verified: z.boolean(),
});
export type DownloadedWeights = z.infer<typeof downloadedWeights>;
