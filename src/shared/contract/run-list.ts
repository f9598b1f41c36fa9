import { z } from 'zod';
import { runKey, runQuery } from './run-query.ts';
import { runOrganisation } from './run-organisation.ts';
import { runSummary, RUN_STATUSES } from './run.ts';

/** `active`: what is neither archived nor in the trash. `archived`: what is archived and not in the trash. */
export const RUN_SHELVES = ['active', 'archived', 'trash'] as const;
export type RunShelf = (typeof RUN_SHELVES)[number];

/** Points of a run's sparkline, at most. */
export const SPARKLINE_POINTS = 32;

/** Runs of one page, at most. */
export const MOST_RUNS_LISTED = 10_000;

const runSelection = z.strictObject({
  query: runQuery.optional(),
  /** `active` where it is left out. */
  shelf: z.enum(RUN_SHELVES).optional(),
  status: z.enum(RUN_STATUSES).optional(),
});

export const runListRequest = runSelection.extend({
  /** The first key goes before the second; what has no value comes last, whichever way. Newest first without any. */
  sort: z
    .array(z.strictObject({ key: runKey, descending: z.boolean() }))
    .max(5)
    .optional(),
  /** The first run of the page, counted from 0. */
  offset: z.int().min(0).optional(),
  limit: z.int().min(1).max(MOST_RUNS_LISTED).optional(),
  /** What else is wanted of each run, as its `values`. */
  columns: z.array(runKey).max(100).optional(),
  /** Whether each run's `val_accuracy` by epoch is wanted too. */
  sparkline: z.boolean().optional(),
});
export type RunListRequest = z.infer<typeof runListRequest>;

export const runGroupsRequest = runSelection.extend({ by: runKey });

/** A run as a table shows it. */
export const runRow = runSummary.extend({
  ...runOrganisation.shape,
  /** The run that it came from. */
  parentRunId: z.string().nullable(),
  /**
   * One for each of the request's columns, in their order; null where the run has none.
   * Tags are joined by commas; times are milliseconds since 1970, durations seconds, what is so or not 1 or 0.
   */
  values: z.array(z.union([z.string(), z.number(), z.null()])),
  /** `val_accuracy` by epoch, thinned to at most 32 points, the first and the last among them; null where not asked for. */
  sparkline: z.array(z.number()).nullable(),
});
export type RunRow = z.infer<typeof runRow>;

export const runList = z.strictObject({
  /** Runs that fit the request, those beyond the page too. */
  total: z.int(),
  runs: z.array(runRow),
});
export type RunList = z.infer<typeof runList>;
