import { z } from 'zod';

/** Code units of a query or a key, at most. */
const LONGEST = 2000;
const LONGEST_NAME = 200;

/**
 * A query of the runs, such as `val_accuracy > 0.9 and network = resnet50 and frozen("/^conv4_/") and tag = "baseline"`; empty
 * fits every run. The bare name of a metric means its value at the run's best epoch, else the last; `last(KEY)`, `min(KEY)`
 * and `max(KEY)` the others.
 */
export const runQuery = z.string().max(LONGEST);

/** A key of `runs.columns`, or `last(KEY)`, `min(KEY)`, `max(KEY)` of a metric. */
export const runKey = z.string().min(1).max(LONGEST);

/** Times are milliseconds since 1970, durations seconds, `boolean` 0 or 1; `any` is text in some runs, a number in others. */
export const RUN_KEY_TYPES = ['text', 'number', 'boolean', 'time', 'duration', 'any'] as const;
export type RunKeyType = (typeof RUN_KEY_TYPES)[number];

/** Something that runs can be queried, sorted, grouped or shown by. */
export const runColumn = z.strictObject({
  /** As a query, `columns`, `sort` and `by` take it. */
  key: z.string(),
  type: z.enum(RUN_KEY_TYPES),
  /** A parameter of the plan, a metric, or what else a run has. */
  of: z.enum(['run', 'plan', 'metric']),
});
export type RunColumn = z.infer<typeof runColumn>;

export const runGroup = z.strictObject({
  /** Null for the runs that have none. Times are grouped by local day: `2026-11-26`. */
  value: z.union([z.string(), z.number(), z.null()]),
  /** The condition that these runs fit, for a query. */
  condition: z.string(),
  runs: z.int(),
  /** Best `val_accuracy` in the group. */
  bestValAccuracy: z.number().nullable(),
  newestCreatedAt: z.int(),
});
export type RunGroup = z.infer<typeof runGroup>;

export const runCompletionOption = z.strictObject({
  /** What to put in place of `from` to `to`. */
  text: z.string(),
  kind: z.enum(['key', 'function', 'operator', 'value', 'keyword']),
  /** What it is, in a few words: a type, a count of runs. */
  detail: z.string(),
});

export const runCompletion = z.strictObject({
  /** The stretch of the query that an option replaces, in UTF-16 code units. */
  from: z.int(),
  to: z.int(),
  options: z.array(runCompletionOption),
  /** What is wrong with the whole query, and where; null for one that can be asked. */
  problem: z.strictObject({ from: z.int(), to: z.int(), message: z.string(), hint: z.string() }).nullable(),
});
export type RunCompletion = z.infer<typeof runCompletion>;

export const filterName = z.string().trim().min(1).max(LONGEST_NAME);

export const savedFilter = z.strictObject({ name: z.string(), query: z.string(), createdAt: z.int() });
export type SavedFilter = z.infer<typeof savedFilter>;
