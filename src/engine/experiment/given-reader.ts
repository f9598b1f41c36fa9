import type Database from 'better-sqlite3';
import type { GivenParts } from './compare/compare-parameters.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';
import { readDataset, readEnvironment } from './run-parts-reader.ts';
import { parseStoredPlan } from './stored-plan.ts';

/**
 * What was decided and given before a run.
 *
 * @param file of the log
 * @throws ThawError `log.newer` for the plan of a newer Thaw
 */
export function readGiven(file: string, database: Database.Database, number: number): GivenParts {
  const run = database
    .prepare<[number], { readonly id: string; readonly plan: string }>('SELECT id, plan FROM run WHERE number = ?')
    .get(number);
  const weights = database
    .prepare<[number], NonNullable<GivenParts['weights']>>('SELECT format, sha256 FROM load_report WHERE run = ?')
    .get(number);
  return {
    plan: parseStoredPlan(file, run?.id ?? '', run?.plan ?? ''),
    dataset: readDataset(database, number),
    weights: weights ?? null,
    environment: readEnvironment(database, number),
  };
}

/** As `readGiven`, by the run's id. @throws ThawError `run.unknown`, `log.newer` */
export function readGivenOf(log: Log, runId: string): GivenParts {
  return log.read('read the run', (database) => readGiven(log.path, database, findRun(database, runId).number));
}
