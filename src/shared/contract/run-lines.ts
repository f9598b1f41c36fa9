import { z } from 'zod';

export const LINE_LEVELS = ['information', 'warning', 'error', 'trainer'] as const;
/** `trainer`: what TensorFlow and the trainer's process said themselves. */
export type LineLevel = (typeof LINE_LEVELS)[number];

export const MOST_LINES = 1000;

const runLine = z.strictObject({
  /** 1 for the first; without gaps within a run. */
  position: z.int().min(1),
  /** Milliseconds since 1970, UTC. */
  time: z.int(),
  level: z.enum(LINE_LEVELS),
  text: z.string(),
});
export type RunLine = z.infer<typeof runLine>;

export const runLinesRequest = z.strictObject({
  runId: z.string().min(1),
  /** The least position; from the first line where it is left out. */
  from: z.int().min(1).optional(),
  limit: z.int().min(1).max(MOST_LINES),
  /** Every level where it is left out. */
  levels: z.array(z.enum(LINE_LEVELS)).min(1).optional(),
});

export type RunLinesRequest = z.infer<typeof runLinesRequest>;

/** Lines of a run's own log, in the order in which they were written. */
export const runLines = z.strictObject({
  lines: z.array(runLine),
  /** How many the run has of each level. */
  counts: z.record(z.enum(LINE_LEVELS), z.int()),
  /** Where the next page begins; null after the last line. */
  next: z.int().nullable(),
});
export type RunLines = z.infer<typeof runLines>;
