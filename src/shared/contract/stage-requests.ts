import { z } from 'zod';
import { learningRate, OPTIMIZERS } from './plan.ts';
import { trainingStageRequest } from './plan-request.ts';

/** The stages of a run that are to take the place of those to come; none ends the run after the one under way. */
export const editStagesRequest = z.strictObject({
  runId: z.string().min(1),
  /**
   * The place of the first of them, counted from 0: refused with `run.state` where that stage has begun meanwhile. Left out,
   * it is the one after the stage under way.
   */
  from: z.int().min(0).optional(),
  stages: z.array(trainingStageRequest).max(50),
});

export const STAGE_PRESETS = ['headLastAll', 'gradualUnfreezing'] as const;
/**
 * `headLastAll`: the head, then the last blocks too, then everything. `gradualUnfreezing`: the head, then one block more in
 * each stage, from the top (Howard and Ruder, ULMFiT, arXiv:1801.06146).
 */
export type StagePreset = (typeof STAGE_PRESETS)[number];

export const stagePresetRequest = z.strictObject({
  /** The one that ships with weights where it is left out. */
  network: z.string().min(1).optional(),
  preset: z.enum(STAGE_PRESETS),
  /** How many blocks are thawed one after the other, or are the last ones; all, or 2, where it is left out. */
  blocks: z.int().min(1).max(49).optional(),
  /** Of each stage. */
  epochs: z.int().min(1).max(100_000).optional(),
  /** Of the head's stage; those that follow learn at a tenth of it. The optimizer's usual one where it is left out. */
  learningRate: learningRate.optional(),
  optimizer: z.enum(OPTIMIZERS).optional(),
  /** Whether each block learns at 1/2.6 of the rate of the one above it. */
  discriminative: z.boolean().optional(),
});

/** Stages for a plan. */
export const stagePreset = z.strictObject({ stages: z.array(trainingStageRequest) });
