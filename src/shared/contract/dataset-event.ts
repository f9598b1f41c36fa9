import { z } from 'zod';

const datasetId = z.string();

/**
 * What became of an opened dataset, told to every window. `edits`: its images were decided upon. `files`: its folder was
 * found changed and was read again. `measured`: how many of its images were looked at in the background, of how many.
 */
export const datasetEvent = z.discriminatedUnion('change', [
  z.strictObject({ datasetId, change: z.literal('edits') }),
  z.strictObject({
    datasetId,
    change: z.literal('files'),
    added: z.int(),
    changed: z.int(),
    moved: z.int(),
    removed: z.int(),
    /** Why it cannot be used as it is now; null where it can. */
    problem: z.string().nullable(),
  }),
  z.strictObject({
    datasetId,
    change: z.literal('measured'),
    done: z.int(),
    total: z.int(),
    ratePerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
  }),
]);
export type DatasetEvent = z.infer<typeof datasetEvent>;
