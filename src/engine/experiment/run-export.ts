import type { Log } from './log.ts';
import { findRun } from './run-life.ts';

/** Notes beside each run what was written of it elsewhere, and where. @throws ThawError `run.unknown` */
export function recordExport(
  log: Log,
  runIds: readonly string[],
  written: { readonly format: string; readonly path: string; readonly bytes: number },
): void {
  log.write('note the export', (database) => {
    const add = database.prepare(
      'INSERT INTO run_export (run, format, path, bytes, created_at) VALUES (:run, :format, :path, :bytes, :now)',
    );
    for (const runId of runIds) add.run({ run: findRun(database, runId).number, ...written, now: Date.now() });
  });
}
