import { z } from 'zod';
import { trainingPlan } from './plan.ts';
import { trainingPlanRequest } from './plan-request.ts';
import { groupName } from './begin-run.ts';
import { RUN_STATUSES } from './run.ts';
import { STRATEGIES } from './plan.ts';

export const MOST_SEEDS = 20;

/** What alone a group's runs are told apart by, seeds aside; `run` where they have nothing of the kind. */
export const GROUP_AXES = ['strategy', 'boundary', 'learningRate', 'run'] as const;
export type GroupAxis = (typeof GROUP_AXES)[number];

/** What one run of a group came to. */
const groupPoint = z.strictObject({
  runId: z.string(),
  name: z.string(),
  /** One of the group's categories. */
  category: z.string(),
  seed: z.int(),
  status: z.enum(RUN_STATUSES),
  /** At the best epoch; null before the first. */
  valAccuracy: z.number().nullable(),
  /** Of the trainer's life; null before its end. */
  seconds: z.number().nullable(),
});
export type GroupPoint = z.infer<typeof groupPoint>;

/** What became of the runs of a group, by what they differ in. */
export const groupResults = z.strictObject({
  group: z.strictObject({ id: z.string(), name: z.string() }),
  axis: z.enum(GROUP_AXES),
  /** In the order of their first runs; learning rates from the least. Of `run`, names or, where two are called alike, ids. */
  categories: z.array(z.string()),
  points: z.array(groupPoint),
});
export type GroupResults = z.infer<typeof groupResults>;

/** A group by its id, or the newest of that name. */
export const groupRequest = z.strictObject({ group: z.string().min(1).max(200) });

export const strategiesRequest = z.strictObject({
  plan: trainingPlanRequest,
  seeds: z.array(trainingPlan.shape.seed).min(1).max(MOST_SEEDS),
});
export const queuedStrategiesRequest = strategiesRequest.extend({ name: groupName.optional() });

/** The same plan under each strategy, with each seed. */
export const strategyPlans = z.strictObject({
  /** For the group of its runs. */
  name: groupName,
  /** What fine-tuning thaws: where it begins, or null where the plan's own rules say so. */
  thawedFrom: z.string().nullable(),
  runs: z.array(
    z.strictObject({ strategy: z.enum(STRATEGIES), seed: trainingPlan.shape.seed, plan: trainingPlanRequest }),
  ),
});
export type StrategyPlans = z.infer<typeof strategyPlans>;
