import type Database from 'better-sqlite3';
import type { LayerState, ParameterCounts, RunStage } from '../../shared/contract/run.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';
import { readLayersOf, readProofOf } from './run-parts-reader.ts';
import { writeLayers } from './run-writer.ts';

/** A stage that begins. */
interface StageBegun extends Pick<RunStage, 'stage' | 'name' | 'firstEpoch'> {
  readonly layers: readonly LayerState[];
  readonly parameters: ParameterCounts;
}

/** Writes that a stage begins, or goes on; of those after it nothing holds any more. */
export function writeStageBegun(log: Log, runId: string, begun: StageBegun): void {
  const { stage, name, firstEpoch, layers, parameters } = begun;
  log.write('write that a stage begins', (database) => {
    const { number } = findRun(database, runId);
    database.prepare('DELETE FROM run_stage WHERE run = ? AND stage >= ?').run(number, stage);
    database
      .prepare(
        `INSERT INTO run_stage (run, stage, name, first_epoch, parameters_trainable, parameters_frozen)
         VALUES (:number, :stage, :name, :firstEpoch, :trainable, :frozen)`,
      )
      .run({ number, stage, name, firstEpoch, ...parameters });
    writeLayers(database, number, stage, layers);
    database
      .prepare('UPDATE run SET parameters_trainable = :trainable, parameters_frozen = :frozen WHERE number = :number')
      .run({ number, ...parameters });
  });
}

/** Writes what came of a stage. */
export function writeStageEnded(
  log: Log,
  runId: string,
  ended: Pick<RunStage, 'stage' | 'lastEpoch' | 'bestEpoch' | 'ending'>,
): void {
  log.write('write how a stage ended', (database) => {
    database
      .prepare(
        `UPDATE run_stage SET last_epoch = :lastEpoch, best_epoch = :bestEpoch, ending = :ending
         WHERE run = :number AND stage = :stage`,
      )
      .run({ ...ended, number: findRun(database, runId).number });
  });
}

type StageRow = Omit<RunStage, 'parameters' | 'layers' | 'proof'> & ParameterCounts;

/** The stages of a run that have begun. */
export function readStages(database: Database.Database, run: number): RunStage[] {
  const rows = database
    .prepare<[number], StageRow>(
      `SELECT stage, run_stage.name AS name, first_epoch AS firstEpoch,
              coalesce(last_epoch, iif(run.epochs_done >= first_epoch, run.epochs_done, NULL)) AS lastEpoch,
              run_stage.best_epoch AS bestEpoch, run_stage.ending AS ending,
              run_stage.parameters_trainable AS trainable, run_stage.parameters_frozen AS frozen
       FROM run_stage JOIN run ON run.number = run_stage.run WHERE run_stage.run = ? ORDER BY stage`,
    )
    .all(run);
  return rows.map(({ trainable, frozen, ...row }) => ({
    ...row,
    parameters: { trainable, frozen },
    layers: readLayersOf(database, run, row.stage),
    proof: readProofOf(database, run, row.stage),
  }));
}

/** The stage that a run is in, or was in last; -1 before its first. */
export function latestStage(log: Log, runId: string): number {
  return log.read('find the stage', (database) => {
    const latest = database
      .prepare<[number], number | null>('SELECT max(stage) FROM run_stage WHERE run = ?')
      .pluck()
      .get(findRun(database, runId).number);
    return latest ?? -1;
  });
}
