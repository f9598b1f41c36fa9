import type Database from 'better-sqlite3';
import type { ParentRelation } from '../../shared/contract/begin-run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';

/** Where a run comes from. */
export interface RunOrigin {
  readonly runId: string;
  readonly relation: ParentRelation;
  /** The checkpoint that it began at, by its step; null where it did not begin at one. */
  readonly step: number | null;
}

interface OriginRow {
  readonly runId: string | null;
  readonly relation: ParentRelation | null;
  readonly step: number | null;
}

/**
 * @returns null for a run that comes from no other
 * @throws ThawError `run.unknown`, also where it goes on from a run that is no longer in the log
 */
export function readOrigin(log: Log, runId: string): RunOrigin | null {
  return log.read('read the run', (database) => {
    const { number } = findRun(database, runId);
    const row = database
      .prepare<[number], OriginRow>(
        `SELECT parent.id AS runId, coalesce(run.parent_relation, 'weights') AS relation, run.parent_step AS step
         FROM run LEFT JOIN run AS parent ON parent.number = run.parent WHERE run.number = ?`,
      )
      .get(number);
    if (row && row.runId !== null && row.relation !== null) return { ...row, runId: row.runId, relation: row.relation };
    if (row?.relation !== 'continued' && row?.relation !== 'branched' && row?.relation !== 'repeated') return null;
    throw new ThawError(
      'run.unknown',
      `A run that goes on from another needs what that one kept; the run that '${runId}' goes on from is no longer in the log.`,
      'Begin it anew with `thaw train`.',
    );
  });
}

/** Where a run began, whatever runs it repeats: the origin of the first of them. */
export function firstOrigin(log: Log, origin: RunOrigin | null): RunOrigin | null {
  let first = origin;
  while (first?.relation === 'repeated') first = readOrigin(log, first.runId);
  return first;
}

/** The stages that are over, with what was frozen in them; the one that goes on is told when it does. */
function takeOverStages(database: Database.Database, to: number, from: number): void {
  const over = 'run = :from AND stage < (SELECT max(stage) FROM run_stage WHERE run = :from)';
  for (const [table, columns] of [
    ['run_stage', 'stage, name, first_epoch, last_epoch, best_epoch, parameters_trainable, parameters_frozen, ending'],
    ['layer_state', 'stage, position, layer, state, statistics'],
    ['frozen_proof', 'stage, position, tensor, before, after'],
  ] as const) {
    database
      .prepare(`INSERT OR REPLACE INTO ${table} (run, ${columns}) SELECT :to, ${columns} FROM ${table} WHERE ${over}`)
      .run({ to, from });
  }
}

/**
 * Gives a run that continues another what that one had: the points and histograms of its steps up to the checkpoint, what
 * became of the weights that it began with, and what those gave before the first step. Epochs follow from the checkpoint itself.
 */
export function takeOverHistory(
  log: Log,
  runId: string,
  parent: { readonly runId: string; readonly step: number },
): void {
  log.write('continue the run', (database) => {
    const [to, from] = [findRun(database, runId).number, findRun(database, parent.runId).number];
    database
      .prepare(
        `INSERT OR REPLACE INTO step_metric (run, key, step, epoch, value, time)
         SELECT :to, key, step, epoch, value, time FROM step_metric WHERE run = :from AND step <= :step`,
      )
      .run({ to, from, step: parent.step });
    database
      .prepare(
        `INSERT OR REPLACE INTO histogram (run, tensor, step, epoch, low, high, counts)
         SELECT :to, tensor, step, epoch, low, high, counts FROM histogram WHERE run = :from AND step <= :step`,
      )
      .run({ to, from, step: parent.step });
    database
      .prepare('UPDATE run SET baseline = (SELECT baseline FROM run WHERE number = :from) WHERE number = :to')
      .run({ to, from });
    database
      .prepare(
        `INSERT OR REPLACE INTO load_report (run, source, format, sha256)
         SELECT :to, source, format, sha256 FROM load_report WHERE run = :from`,
      )
      .run({ to, from });
    database
      .prepare(
        `INSERT OR REPLACE INTO load_report_tensor (run, outcome, position, tensor, expected_shape, found_shape)
         SELECT :to, outcome, position, tensor, expected_shape, found_shape FROM load_report_tensor WHERE run = :from`,
      )
      .run({ to, from });
    takeOverStages(database, to, from);
  });
}
