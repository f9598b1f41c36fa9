import { z } from 'zod';

const sizes = z.array(z.int());
/** One for all channels, or one for each. */
const perChannel = z.union([z.number(), z.tuple([z.number(), z.number(), z.number()]).readonly()]);

export const preprocessing = z.strictObject({
  height: z.int(),
  width: z.int(),
  /**
   * `stretch`: the whole image; `centerCrop`: its largest centred part of the wanted aspect ratio; `resizeThenCrop`: the
   * centre of the image, brought to `shorterSide` first.
   */
  resize: z.enum(['stretch', 'centerCrop', 'resizeThenCrop']),
  shorterSide: z.int().optional(),
  kernel: z.enum(['bilinear', 'bicubic']),
  channelOrder: z.enum(['rgb', 'bgr', 'grey']),
  /** A pixel of 0 to 255 becomes `pixel * scale + offset`, channels in `channelOrder`. */
  scale: perChannel,
  offset: perChannel,
});

export const describedLayer = z.strictObject({
  name: z.string(),
  kind: z.string(),
  /** What else it does, in short: `3×3 /2`, a window and its stride; `relu`. */
  settings: z.string(),
  block: z.string(),
  inputs: z.array(z.string()),
  /** Without the batch: [height, width, channels], or [features]. */
  outputShape: sizes,
  parameters: z.int(),
  /** Kernels as [height, width, in, out]. */
  tensors: z.array(z.strictObject({ name: z.string(), shape: sizes })),
});

/** A network of the registry, layer by layer. */
export const networkDetail = z.strictObject({
  name: z.string(),
  aliases: z.array(z.string()),
  family: z.string(),
  /** Whose names and weights it has; null for a stand-in of features. */
  publisher: z.enum(['keras', 'torch', 'slim']).nullable(),
  source: z.string(),
  shipped: z.boolean(),
  preprocessing,
  inputShape: sizes,
  /** Heights and widths that it is also there for; null where its input has one size. */
  sizes: z.strictObject({ least: z.int(), most: z.int() }).nullable(),
  outputShape: sizes,
  parameters: z.int(),
  /** Of the parameters, BatchNorms' moving statistics: no gradient reaches them. */
  statistics: z.int(),
  blocks: z.array(z.strictObject({ name: z.string(), layers: z.int(), parameters: z.int() })),
  layers: z.array(describedLayer),
});
export type NetworkDetail = z.infer<typeof networkDetail>;
