import { z } from 'zod';

/** A copy of the log in its folder of backups. */
export const logBackup = z.strictObject({
  /** Of its file, by which it is named. */
  name: z.string(),
  path: z.string(),
  bytes: z.int(),
  /** Milliseconds since 1970, UTC. */
  takenAt: z.int(),
  /** Of the schema. */
  version: z.int(),
});
export type LogBackup = z.infer<typeof logBackup>;

export const logReport = z.strictObject({
  path: z.string(),
  /** Of the file, and of what waits beside it to be written into it. */
  bytes: z.int(),
  waitingBytes: z.int(),
  /** What SQLite's full check finds wrong; nothing for a sound log. */
  problems: z.array(z.string()),
  /** null where the log cannot be read. */
  figures: z
    .strictObject({
      version: z.int(),
      runs: z.int(),
      points: z.int(),
      /** That `log.vacuum` would give back at least. */
      freeBytes: z.int(),
    })
    .nullable(),
  /** The sort of disk, where that is one over a network or of a program, on which the log is written more slowly. */
  networkDisk: z.string().nullable(),
  /** The newest first. */
  backups: z.array(logBackup),
});
export type LogReport = z.infer<typeof logReport>;

export const logVacuumed = z.strictObject({ bytesBefore: z.int(), bytesAfter: z.int() });

/** What comes in the place of a damaged log. */
export const logReplacement = z.union([
  z.enum(['newest', 'empty']),
  z.strictObject({ name: z.string().min(1).max(255) }),
]);

export const logRecovered = z.strictObject({
  /** The folder that keeps the damaged file, and backups that were passed over; null where there was nothing to keep. */
  aside: z.string().nullable(),
  /** null where an empty log was begun. */
  restored: logBackup.nullable(),
  /** Folders of runs that the log does not know now, which stay where they are. */
  unknownRuns: z.array(z.string()),
  /** Runs that waited when the backup was made and have trained since: they wait no more, and can be resumed. */
  trainedSince: z.array(z.string()),
});
export type LogRecovered = z.infer<typeof logRecovered>;
