import { z } from 'zod';
import { fileEntry } from './file-entry.ts';

/** What a run, or several, are written as. `csv` and `json` hold a row or document a run, or with `metrics` every point. */
export const EXPORT_FORMATS = ['thaw', 'tensorboard', 'csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Which checkpoints go into a `.thaw` file; `best` brings the last one along, from which a run goes on. */
export const CARRIED_CHECKPOINTS = ['best', 'all', 'none'] as const;
export type CarriedCheckpoints = (typeof CARRIED_CHECKPOINTS)[number];

/** As many runs as one file tells of. */
export const MOST_EXPORTED = 10_000;
/** As many runs as one report compares. */
export const MOST_REPORTED = 10;
/** At most so much of a file is handed over at a time. */
export const LARGEST_PIECE = 4 * 2 ** 20;

/** Where a file goes: to a path of the user's own command line, or kept until `files.read` has fetched it. */
export const exportOutput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1) }),
  z.strictObject({ kind: z.literal('fetched') }),
]);

const exportedRuns = z.array(z.string().min(1)).min(1).max(MOST_EXPORTED);
const taskId = z.string().min(1).max(100).optional();

export const exportRequest = z.strictObject({
  runIds: exportedRuns,
  format: z.enum(EXPORT_FORMATS),
  /** Of `csv` and `json`. */
  metrics: z.boolean().optional(),
  /** Of `thaw`; `best` where it is left out. */
  checkpoints: z.enum(CARRIED_CHECKPOINTS).optional(),
  output: exportOutput,
  taskId,
});
export type ExportRequest = z.infer<typeof exportRequest>;

/** What was written. */
export const exported = z.strictObject({
  /** Of the file or folder. */
  name: z.string(),
  /** null for what is fetched. */
  path: z.string().nullable(),
  /** For `files.read`; null for what was written to a path. */
  grantId: z.string().nullable(),
  bytes: z.int(),
  warnings: z.array(z.string()),
});
export type Exported = z.infer<typeof exported>;

export const reportRequest = z.strictObject({
  runIds: z.array(z.string().min(1)).min(1).max(MOST_REPORTED),
  output: exportOutput,
  /** Heat-maps take a while; `task.cancel` ends it. */
  taskId,
});
export type ReportRequest = z.infer<typeof reportRequest>;

/** A `.thaw` file, an event file of TensorBoard's or a folder of them. */
export const importRequest = z.strictObject({
  file: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('file'), path: z.string().min(1) }),
    z.strictObject({ kind: z.literal('granted'), grantId: z.string().min(1) }),
  ]),
  taskId,
});
export type ImportRequest = z.infer<typeof importRequest>;

export const imported = z.strictObject({
  runs: z.array(
    z.strictObject({
      runId: z.string(),
      name: z.string(),
      /** `known`: the very same run was here already; it gets no more than checkpoints that it lacked. */
      outcome: z.enum(['imported', 'known']),
      /** Where another run has the id that it had; null where it kept its own. */
      formerId: z.string().nullable(),
    }),
  ),
  warnings: z.array(z.string()),
});
export type Imported = z.infer<typeof imported>;

export const readRequest = z.strictObject({
  grantId: fileEntry.shape.grantId.min(1),
  offset: z.int().min(0),
});

/** A piece of a file that was kept to be fetched; it is forgotten once its last piece was. */
export const filePiece = z.strictObject({ bytes: z.instanceof(Uint8Array), last: z.boolean() });
