import { z } from 'zod';

/** A network in a list: without its published classifier. */
export const networkSummary = z.strictObject({
  name: z.string(),
  aliases: z.array(z.string()),
  family: z.string(),
  /** [height, width, channels] */
  inputShape: z.tuple([z.int(), z.int(), z.int()]),
  /** Heights and widths that it is also there for, under names of their own; null where its input has one size. */
  sizes: z.strictObject({ least: z.int(), most: z.int() }).nullable(),
  layers: z.int(),
  blocks: z.array(z.string()),
  /** Without the published classifier. */
  parameters: z.int(),
  source: z.string(),
  /** Where its pretrained weights ship with Thaw. */
  shipped: z.boolean(),
});
export type NetworkSummary = z.infer<typeof networkSummary>;
