import type { Log } from './log.ts';
import { findRun } from './run-life.ts';

/** @throws ThawError `run.unknown` for the first that is none */
export function assertRunsKnown(log: Log, runIds: readonly string[]): void {
  log.read('look for the runs', (database) => {
    const missing = database
      .prepare<[string], string>('SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM run) LIMIT 1')
      .pluck()
      .get(JSON.stringify(runIds));
    if (missing !== undefined) findRun(database, missing);
  });
}

/**
 * Notes beside each run what was written of it elsewhere; a run that went away meanwhile has no notes.
 *
 * @param written.path absolute, or the name alone of what a window fetched
 */
export function recordExport(
  log: Log,
  runIds: readonly string[],
  written: { readonly format: string; readonly path: string; readonly bytes: number },
): void {
  log.write('note the export', (database) => {
    database
      .prepare(
        `INSERT INTO run_export (run, format, path, bytes, created_at)
         SELECT number, :format, :path, :bytes, :now FROM run WHERE id IN (SELECT value FROM json_each(:runIds))`,
      )
      .run({ runIds: JSON.stringify(runIds), ...written, now: Date.now() });
  });
}
