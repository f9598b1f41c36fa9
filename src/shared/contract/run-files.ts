import { z } from 'zod';

export const RUN_FILE_KINDS = [
  'checkpoint',
  'firstWeights',
  'checkpointIndex',
  'model',
  'program',
  'edits',
  'evaluation',
  'unfinished',
  'other',
] as const;
/**
 * What lies in a run's folder. `firstWeights`: those that drift is measured from. `unfinished`: what a process was writing, or left behind
 * when it was ended.
 */
export type RunFileKind = (typeof RUN_FILE_KINDS)[number];

const runFile = z.strictObject({
  /** Of a file, or of a folder that is one thing; relative to the run's folder, with `/`. */
  path: z.string(),
  kind: z.enum(RUN_FILE_KINDS),
  /** 1 for a file of its own. */
  files: z.int(),
  bytes: z.int(),
  /** Of the file that was written last, milliseconds since 1970, UTC. */
  writtenAt: z.int(),
});
export type RunFile = z.infer<typeof runFile>;

const runExport = z.strictObject({
  format: z.string(),
  /** Where it was written; the name alone of what a window fetched, which says nobody where it put it. */
  path: z.string(),
  bytes: z.int(),
  createdAt: z.int(),
  /** Whether it still lies where it was written; null for what a window fetched. */
  exists: z.boolean().nullable(),
});
export type RunExport = z.infer<typeof runExport>;

/** What a run has on disk. */
export const runFiles = z.strictObject({
  /** Where its folder is, or was. */
  folder: z.string(),
  /** False where somebody removed it: what the log knows of the run is still there. */
  exists: z.boolean(),
  files: z.array(runFile),
  bytes: z.int(),
  /** Whether there is more than was looked at. */
  cut: z.boolean(),
  /** Written elsewhere from this run, the newest first. */
  exports: z.array(runExport),
});
export type RunFiles = z.infer<typeof runFiles>;
