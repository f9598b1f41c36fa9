import { z } from 'zod';
import { runEventBody } from './event.ts';
import { epochMetrics, RUN_STATUSES } from './run.ts';

/** Where a run is, for a window that comes in the middle: what events of a higher sequence go on from. */
export const runSnapshot = z.strictObject({
  /** Of the last event told; 0 where this engine has told none. */
  sequence: z.int().min(0),
  status: z.enum(RUN_STATUSES),
  epochs: z.int(),
  history: z.array(epochMetrics),
  bestEpoch: z.int().nullable(),
  /** The last `progress` and `step` told, if any. */
  progress: runEventBody.nullable(),
  step: runEventBody.nullable(),
  warnings: z.array(z.string()),
});
export type RunSnapshot = z.infer<typeof runSnapshot>;
