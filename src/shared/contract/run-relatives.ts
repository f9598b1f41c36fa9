import { z } from 'zod';
import { PARENT_RELATIONS } from './begin-run.ts';
import { RUN_STATUSES } from './run.ts';

/** A run that another comes from, or that comes from it. */
const runRelative = z.strictObject({
  runId: z.string(),
  name: z.string(),
  status: z.enum(RUN_STATUSES),
  createdAt: z.int(),
  bestValAccuracy: z.number().nullable(),
  /** How the later of the two comes from the earlier. */
  relation: z.enum(PARENT_RELATIONS),
  /** The step of the checkpoint that it goes on from; null where it is not told, or there is none. */
  step: z.int().nullable(),
});
export type RunRelative = z.infer<typeof runRelative>;

/** Where a run stands among others. */
export const runRelatives = z.strictObject({
  parent: runRelative.nullable(),
  /** Those that come from it, the newest first. */
  children: z.array(runRelative),
  /** How many there are; more than are told where there are very many. */
  childrenTotal: z.int(),
});
export type RunRelatives = z.infer<typeof runRelatives>;
