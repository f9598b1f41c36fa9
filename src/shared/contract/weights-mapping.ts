import { z } from 'zod';
import { headDesign } from './head-design.ts';

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

/** The new head as a plan would have it, to know whether the weights' own classifier goes on in its place. */
export const mappedHead = z.strictObject({
  /** By name and in their order, or how many. */
  classes: z.union([z.array(z.string().min(1)).min(1), z.int().min(1).max(100_000)]),
  kind: z.enum(['softmax', 'sigmoid']),
  /** Whether it begins anew in any case. */
  anew: z.boolean(),
  /** The usual one where it is left out. */
  design: headDesign.optional(),
});
export type MappedHead = z.infer<typeof mappedHead>;

/** Every tensor of a network beside its file's, and then those of the file alone. */
export const weightsMap = z.strictObject({
  network: z.string(),
  path: z.string(),
  format: z.string(),
  framework: z.string().nullable(),
  /** Why these weights cannot begin a training; null where they can. */
  problem: z.string().nullable(),
  /** What becomes of the head, as a sentence; null where nothing was asked about it. */
  head: z.strictObject({ kept: z.boolean(), reason: z.string() }).nullable(),
  counts: z.record(z.enum(MAPPING_STATES), z.int()),
  rows: z.array(mappedTensor),
});
export type WeightsMap = z.infer<typeof weightsMap>;
