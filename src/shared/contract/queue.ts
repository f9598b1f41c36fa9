import { z } from 'zod';
import { groupName } from './begin-run.ts';
import { STRATEGIES, trainingPlan } from './plan.ts';
import { trainingPlanRequest } from './plan-request.ts';
import { runSummary, serializedError } from './run.ts';

/** Runs that wait for their turn at one time, at most; and those of one sweep. */
export const MOST_WAITING = 1000;
export const MOST_SWEPT = 200;

export const waitingRun = runSummary.extend({
  /** 1 for the one whose turn is next. */
  position: z.int().min(1),
  group: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
});
export type WaitingRun = z.infer<typeof waitingRun>;

/** What waits for the one trainer of a workspace, in order. */
export const queueState = z.strictObject({
  /**
   * Whether this engine begins what waits as soon as the trainer's place is free. An engine that has just started does not,
   * so that no training begins by surprise: see `queue.work`.
   */
  working: z.boolean(),
  /** Why nothing that waits can begin: what keeps this engine from writing the log. */
  problem: serializedError.nullable(),
  waiting: z.array(waitingRun),
});
export type QueueState = z.infer<typeof queueState>;

export const moveRequest = z.strictObject({
  runId: z.string().min(1),
  /** The waiting run that it is to come before; null for the end. */
  before: z.string().min(1).nullable(),
});

/** Runs that wait; those that have begun meanwhile are left alone. */
export const cancelRequest = z.strictObject({ runIds: z.array(z.string().min(1)).min(1).max(MOST_WAITING) });

const swept = <Value extends z.ZodType>(value: Value): z.ZodOptional<z.ZodArray<Value>> =>
  z.array(value).min(1).max(MOST_SWEPT).optional();

/** What a sweep goes through; each value of one is combined with each of the others. */
export const sweepValues = z.strictObject({
  learningRate: swept(z.number().positive()),
  strategy: swept(z.enum(STRATEGIES)),
  /**
   * Where what trains begins: a layer or block, which trains with all that its output reaches, or `last:N`. All below it is
   * frozen; the plan's own rules go on upon that.
   */
  boundary: swept(z.string().min(1).max(500)),
  seed: swept(trainingPlan.shape.seed),
});
export type SweepValues = z.infer<typeof sweepValues>;

export const sweepRequest = z.strictObject({
  plan: trainingPlanRequest,
  values: sweepValues,
  /** Of the group that its runs belong to; made of what is swept where it is left out. */
  name: groupName.optional(),
});

export const sweepAdded = z.strictObject({
  group: z.strictObject({ id: z.string(), name: z.string() }),
  /** In the order in which they wait. */
  runIds: z.array(z.string()),
  warnings: z.array(z.string()),
});
