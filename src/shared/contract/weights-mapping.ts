import { z } from 'zod';

/** A user's rules for the names of a file's tensors, in order; see `withMappingRules` for what may stand in them. */
export const mappingRules = z.array(z.string().min(1).max(500)).max(100);

/** What becomes of a tensor: one of another `shape` is skipped, `unexpected` ones stand in the file alone. */
export const MAPPING_STATES = ['loaded', 'shape', 'missing', 'unexpected'] as const;
export type MappingState = (typeof MAPPING_STATES)[number];

export const mappedTensor = z.strictObject({
  /** The network's; null for what is in the file alone. */
  tensor: z.string().nullable(),
  shape: z.array(z.int()).nullable(),
  /** What the file has under that name, as the file has it. */
  stored: z.strictObject({ name: z.string(), shape: z.array(z.int()), dtype: z.string() }).nullable(),
  /** Which axis of the stored tensor comes first, second, ... in the network's; null where they lie alike. */
  order: z.array(z.int()).nullable(),
  state: z.enum(MAPPING_STATES),
});
export type MappedTensor = z.infer<typeof mappedTensor>;

/** Every tensor of a network beside its file's, and then those of the file alone. */
export const weightsMap = z.strictObject({
  network: z.string(),
  path: z.string(),
  format: z.string(),
  framework: z.string().nullable(),
  /** Why these weights cannot begin a training; null where they can. */
  problem: z.string().nullable(),
  counts: z.record(z.enum(MAPPING_STATES), z.int()),
  rows: z.array(mappedTensor),
});
export type WeightsMap = z.infer<typeof weightsMap>;
