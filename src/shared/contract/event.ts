import { z } from 'zod';
import { trainingStage } from './plan.ts';
import { epochMetrics, layerState, parameterCounts, RUN_STATUSES, runBaseline, serializedError } from './run.ts';

export const PHASES = ['prepare', 'download', 'decode', 'features', 'train', 'evaluate', 'proof'] as const;
/** The parts of long work, those of a run in order; a phase that has nothing to do is not announced. */
export type Phase = (typeof PHASES)[number];

const PROGRESS_UNITS = ['image', 'step', 'tensor', 'byte'] as const;

/** How far something long has come. */
const progressFields = {
  done: z.number(),
  total: z.number(),
  /** What `done` and `total` count. */
  unit: z.enum(PROGRESS_UNITS),
  ratePerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** For people: `epoch 3 of 60`, `reading the dataset`. */
  detail: z.string(),
} as const;

/** What happens in a run, as it happens. */
export const runEventBody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('status'), status: z.enum(RUN_STATUSES), error: serializedError.nullable() }),
  z.strictObject({ kind: z.literal('progress'), phase: z.enum(PHASES), ...progressFields }),
  z.strictObject({
    kind: z.literal('step'),
    epoch: z.int(),
    /** 1 for the first of the whole run. */
    step: z.int(),
    loss: z.number(),
    /** null where the task has none. */
    accuracy: z.number().nullable(),
    learningRate: z.number(),
    /** Resident memory of the trainer at this moment. */
    memoryBytes: z.int(),
  }),
  z.strictObject({ kind: z.literal('epoch'), metrics: epochMetrics, best: z.boolean() }),
  z.strictObject({ kind: z.literal('baseline'), baseline: runBaseline }),
  /** A stage begins, of a run that has several. */
  z.strictObject({
    kind: z.literal('stage'),
    /** From 0, as in the plan. */
    stage: z.int().min(0),
    name: z.string(),
    firstEpoch: z.int().min(1),
    /** As many as it has at most. */
    epochs: z.int(),
    layers: z.array(layerState),
    parameters: parameterCounts,
    /** The layers whose outputs are computed once in it; empty where each step computes all. */
    cut: z.array(z.string()),
  }),
  /** The stages to come were changed: all stages as they are now. */
  z.strictObject({ kind: z.literal('stages'), stages: z.array(trainingStage), epochs: z.int() }),
  z.strictObject({ kind: z.literal('warning'), message: z.string() }),
]);
export type RunEventBody = z.infer<typeof runEventBody>;

/** `sequence` starts at 1 for each run and has no gaps, so a reattached client knows what it missed. */
export const runEvent = z.strictObject({
  runId: z.string(),
  sequence: z.int().min(1),
  /** Milliseconds since 1970, UTC. */
  time: z.int(),
  body: runEventBody,
});
export type RunEvent = z.infer<typeof runEvent>;

/**
 * How far a long request has come that was given a `taskId` by its caller; nothing is told of requests without one.
 * `sequence` starts at 1 for each task and has no gaps.
 */
export const taskEvent = z.strictObject({
  taskId: z.string(),
  sequence: z.int().min(1),
  ...progressFields,
});
export type TaskEvent = z.infer<typeof taskEvent>;
