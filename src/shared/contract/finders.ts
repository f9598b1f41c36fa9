import { z } from 'zod';
import { startRequest } from './begin-run.ts';
import { checkpointChoice } from './checkpoint.ts';
import { freezeRule, learningRate, trainingPlan } from './plan.ts';

/** What a search tries: the plan of a run that is not begun, or one that branches off a run's checkpoint. */
const searchedPlan = startRequest.omit({ group: true });

export const FEWEST_RATES = 20;
export const rateSearchRequest = z.strictObject({
  plan: searchedPlan,
  /** The rate of the first step and, rising by the same factor at each step, of the last. */
  from: learningRate.optional(),
  to: learningRate.max(1e6).optional(),
  steps: z.int().min(FEWEST_RATES).max(5000).optional(),
});

/** What the loss was when a step with that rate was about to be taken. */
export const triedRate = z.strictObject({ rate: z.number(), loss: z.number(), smoothed: z.number() });
export type TriedRate = z.infer<typeof triedRate>;

export const RATE_RULES = ['valley', 'steepest', 'leastTenth'] as const;
export type RateRule = (typeof RATE_RULES)[number];

/**
 * A rate to train with. `valley`: in the middle of the longest fall of the loss. `steepest`: where it falls fastest.
 * `leastTenth`: a tenth of the rate where it is least.
 */
export const rateSuggestion = z.strictObject({ rule: z.enum(RATE_RULES), rate: z.number(), why: z.string() });
export type RateSuggestion = z.infer<typeof rateSuggestion>;

/** `rates`: all were tried. `rose`: the loss was 4 times its least. `diverged`: a loss or a gradient was no number. */
export const RATE_SEARCH_ENDS = ['rates', 'rose', 'diverged'] as const;

export const rateSearch = z.strictObject({
  /** In the order in which they were tried, which is that of the rates. */
  points: z.array(triedRate),
  end: z.enum(RATE_SEARCH_ENDS),
  /** How it ended, in words. */
  ended: z.string(),
  /** The one to take comes first; none where the curve has none. */
  suggestions: z.array(rateSuggestion),
  /** Why there is none, or what speaks against them; null where nothing does. */
  doubt: z.string().nullable(),
  optimizer: trainingPlan.shape.optimizer,
  /** Those of the plan, beside how it was completed. */
  warnings: z.array(z.string()),
});
export type RateSearch = z.infer<typeof rateSearch>;

export const batchSearchRequest = z.strictObject({
  plan: searchedPlan,
  /** The first batch size, which is doubled until the last. */
  from: trainingPlan.shape.batchSize.optional(),
  to: trainingPlan.shape.batchSize.optional(),
  /** Steps that are timed of each, after one that is not. */
  steps: z.int().min(1).max(100).optional(),
});

export const triedBatchSize = z.strictObject({
  batchSize: z.int(),
  /** Of the steps' median. */
  imagesPerSecond: z.number(),
  stepSeconds: z.number(),
  /** What a run with it is estimated to take at its peak. */
  estimatedBytes: z.number(),
  /** What the process had resident after its steps. */
  residentBytes: z.int(),
});
export type TriedBatchSize = z.infer<typeof triedBatchSize>;

/** `memory`: the next one does not fit. `images`: there are no more to train on. `limit`: it was the last one asked for. */
export const BATCH_SEARCH_ENDS = ['memory', 'images', 'limit'] as const;

export const batchSearch = z.strictObject({
  /** The smallest first. */
  sizes: z.array(triedBatchSize),
  end: z.enum(BATCH_SEARCH_ENDS),
  ended: z.string(),
  suggestion: z.strictObject({ batchSize: z.int(), why: z.string() }),
  /** Memory that was free, for `estimatedBytes` to fit into; null where nobody can tell. */
  freeBytes: z.number().nullable(),
  warnings: z.array(z.string()),
});
export type BatchSearch = z.infer<typeof batchSearch>;

export const nextBlockRequest = z.strictObject({
  runId: z.string().min(1),
  /** The best one unless another is named. */
  checkpoint: checkpointChoice.optional(),
});

/** What a block of a run's network would have to learn, at a checkpoint. */
export const blockGradient = z.strictObject({
  block: z.string(),
  /** Whether it trained: all of its layers with parameters, some, or none. */
  trained: z.enum(['all', 'some', 'none']),
  parameters: z.int(),
  /** L2 norm of the loss' gradient by its weights, the root of the mean square over batches. */
  gradientNorm: z.number(),
  /** L2 norm of its weights. */
  weightNorm: z.number(),
  /** `gradientNorm` / `weightNorm`; null where the weights are all zero. */
  relative: z.number().nullable(),
  /** How far its weights have gone from the first ones, relative to these; null where nobody measured. */
  drift: z.number().nullable(),
});
export type BlockGradient = z.infer<typeof blockGradient>;

export const nextBlock = z.strictObject({
  runId: z.string(),
  /** Of the checkpoint. */
  step: z.int(),
  /** Training images that were looked at, and their mean loss. */
  images: z.int(),
  loss: z.number(),
  /** Blocks with parameters, from the input to the output. */
  blocks: z.array(blockGradient),
  /** Blocks that are frozen as a whole, what would move most first. */
  ranking: z.array(z.string()),
  suggestion: z.discriminatedUnion('kind', [
    /** Branch off the checkpoint with these rules, which are the run's and one more. */
    z.strictObject({ kind: z.literal('thaw'), block: z.string(), rules: z.array(freezeRule), words: z.string() }),
    /** What trains has more to learn than what is frozen. `block` would be the next all the same. */
    z.strictObject({ kind: z.literal('trainOn'), block: z.string(), rules: z.array(freezeRule), words: z.string() }),
    z.strictObject({ kind: z.literal('allThawed'), words: z.string() }),
  ]),
});
export type NextBlock = z.infer<typeof nextBlock>;
