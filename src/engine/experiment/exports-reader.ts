import type { RunExport } from '../../shared/contract/run-files.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';

/** What was written elsewhere from a run, the newest first. @throws ThawError `run.unknown` */
export function readExports(log: Log, runId: string): Omit<RunExport, 'exists'>[] {
  return log.read('read the exports', (database) =>
    database
      .prepare<[number], Omit<RunExport, 'exists'>>(
        `SELECT format, path, bytes, created_at AS createdAt FROM run_export
         WHERE run = ? ORDER BY created_at DESC, number DESC`,
      )
      .all(findRun(database, runId).number),
  );
}
