import { z } from 'zod';
import { checkpointChoice } from './checkpoint.ts';
import { trainingPlan } from './plan.ts';
import { trainingPlanRequest } from './plan-request.ts';

/**
 * What a run took over from the one it came from. `weights`: what its network began with. `continued`: all, and it goes on
 * for more epochs. `branched`: weights and optimizer state, under another plan. `repeated`: plan, seed and what was decided
 * of its images. `imported`: it is a copy.
 */
export const PARENT_RELATIONS = ['weights', 'continued', 'branched', 'repeated', 'imported'] as const;
export type ParentRelation = (typeof PARENT_RELATIONS)[number];

/** The checkpoint of a run that another begins at, weights and optimizer state; the last one unless another is named. */
export const branchPoint = z.strictObject({
  relation: z.literal('branched'),
  runId: z.string().min(1),
  checkpoint: checkpointChoice.optional(),
});
export type BranchPoint = z.infer<typeof branchPoint>;

/** The name of a group of runs; runs of one name are one group. */
export const groupName = z.string().trim().min(1).max(200);

/** A plan, the run that it branches off, and the group that its run belongs to. */
export const startRequest = trainingPlanRequest.extend({
  /** What the plan leaves out is then that run's, and its weights are that checkpoint's. */
  parent: branchPoint.optional(),
  group: groupName.optional(),
});

/** Waits for its turn behind those that wait already, where it is asked to; begins at once otherwise. */
const queue = z.boolean().optional();

export const continueRequest = z.strictObject({
  runId: z.string().min(1),
  /** So many more than are complete. */
  epochs: trainingPlan.shape.epochs,
  queue,
});

export const branchRequest = z.strictObject({
  runId: z.string().min(1),
  /** The last one unless another is named. */
  checkpoint: checkpointChoice.optional(),
  /** What is to be other than in that run's plan; it names no weights. */
  plan: trainingPlanRequest,
  queue,
});

export const repeatRequest = z.strictObject({ runId: z.string().min(1), queue });

/** A run that stands in the log: under way, or waiting for its turn. */
export const runBegun = z.strictObject({
  runId: z.string(),
  plan: trainingPlan,
  /** How much of the network its weights fill, where that is a part; null where it is all, or there are none. */
  part: z.string().nullable(),
  /** What was decided of the dataset's images, in words; null where nothing was. */
  edits: z.string().nullable(),
  /** What of the request the plan does without, and what else is not as one might expect, for people. */
  warnings: z.array(z.string()),
});
export type RunBegun = z.infer<typeof runBegun>;
