import { z } from 'zod';
import { branchPoint, groupName } from './begin-run.ts';
import { checkpointChoice } from './checkpoint.ts';
import { datasetStructure } from './dataset-structure.ts';
import { FUSED_PARTS } from './plan.ts';
import { trainingPlanRequest } from './plan-request.ts';
import { mappingRules } from './weights-mapping.ts';

/** YAML 1.2 in its core schema, or JSON. */
export const PLAN_FORMATS = ['yaml', 'json'] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

/** In bytes of a plan file, and in characters of what is parsed. */
export const LARGEST_PLAN_FILE = 1_000_000;
export const MOST_RUNS_OF_FILE = 200;

/** An @ stands before a checkpoint. */
export const runName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^@]+$/, 'a name has no @');

/** An earlier run of the same file, by its name there. */
const namedRun = z.strictObject({ name: runName, checkpoint: checkpointChoice.optional() });
export type NamedRun = z.infer<typeof namedRun>;

/** What of a file names a path, for a window, which may name none: a person grants it, or goes without. */
const askedPath = z.strictObject({
  field: z.enum(['dataset', 'weights']),
  path: z.string(),
  structure: datasetStructure.optional(),
  mapping: mappingRules.optional(),
  /** Of a fused network, whose part it is, from 0: until they are granted it begins with the weights that ship. */
  part: z
    .int()
    .min(0)
    .max(FUSED_PARTS.most - 1)
    .optional(),
});
export type AskedPath = z.infer<typeof askedPath>;

/** A run of a plan file, with paths made absolute and common parts put in. */
export const parsedRun = z.strictObject({
  /** null where the file holds nothing but one plan. */
  name: runName.nullable(),
  plan: trainingPlanRequest,
  /** What it takes of earlier runs of the file; `plan` has none of it yet, as those have no ids. */
  weightsOf: namedRun.nullable(),
  headWeightsOf: namedRun.nullable(),
  parentOf: namedRun.nullable(),
  /** The run of the log that it branches off. */
  parent: branchPoint.nullable(),
  /** What `plan` is without, because the file names a path and `folder` was not given. */
  asks: z.array(askedPath),
});
export type ParsedRun = z.infer<typeof parsedRun>;

export const parsedPlans = z.strictObject({ group: groupName.nullable(), runs: z.array(parsedRun).min(1) });
export type ParsedPlans = z.infer<typeof parsedPlans>;

export const parsePlansRequest = z.strictObject({
  text: z.string().max(LARGEST_PLAN_FILE),
  format: z.enum(PLAN_FORMATS),
  /** What errors call it. */
  name: z.string().min(1).max(1000).optional(),
  /** What relative paths are relative to; a window gives none. */
  folder: z.string().min(1).optional(),
});

export const writePlanRequest = z.strictObject({
  /** A run of the log, or a plan. */
  of: z.union([z.strictObject({ runId: z.string().min(1) }), z.strictObject({ plan: trainingPlanRequest })]),
  format: z.enum(PLAN_FORMATS),
});
