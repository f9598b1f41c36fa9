import type Database from 'better-sqlite3';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import {
  runBaseline,
  type EpochMetrics,
  type RunDetail,
  type RunResult,
  type RunSummary,
} from '../../shared/contract/run.ts';
import { ERROR_CODES, type SerializedError } from '../../shared/errors/thaw-error.ts';
import type { GivenParts } from './compare/compare-parameters.ts';
import { readGiven } from './given-reader.ts';
import type { Log } from './log.ts';
import { EPOCH_KEYS } from './metric-writer.ts';
import { readOrganisation } from './relatives-reader.ts';
import { findRun } from './run-life.ts';
import { readDataset, readEnvironment, readLayers, readLoadReport, readProof } from './run-parts-reader.ts';
import { readStages } from './run-stages.ts';
import { parseStoredPlan } from './stored-plan.ts';

interface RunRow {
  readonly number: number;
  readonly plan: string;
  readonly parent: string | null;
  readonly baseline: string | null;
  readonly bestEpoch: number | null;
  readonly finalValAccuracy: number | null;
  readonly testAccuracy: number | null;
  readonly stoppedEarly: number;
  readonly trainable: number | null;
  readonly frozen: number | null;
  readonly frozenUnchanged: number | null;
  readonly frozenTensors: number | null;
  readonly imagesPerSecond: number | null;
  readonly peakMemoryBytes: number | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly hint: string | null;
}

/** The columns of a `RunSummary`, out of `run`. */
export const RUN_SUMMARY = `run.id AS runId, run.name AS name, run.status AS status, run.created_at AS createdAt,
  run.ended_at AS endedAt, run.network AS network, run.strategy AS strategy, run.dataset AS dataset,
  run.epochs AS epochs, run.epochs_done AS epochsDone, run.best_val_accuracy AS bestValAccuracy`;

function readSummary(database: Database.Database, run: number): RunSummary {
  const row = database.prepare<[number], RunSummary>(`SELECT ${RUN_SUMMARY} FROM run WHERE number = ?`).get(run);
  if (!row) throw new Error(`Run ${run} went away while it was read.`);
  return row;
}

function readRow(database: Database.Database, run: number): RunRow {
  const row = database
    .prepare<[number], RunRow>(
      `SELECT run.number AS number, run.plan AS plan, parent.id AS parent, run.baseline AS baseline, run.best_epoch AS bestEpoch,
              run.final_val_accuracy AS finalValAccuracy, run.test_accuracy AS testAccuracy, run.stopped_early AS stoppedEarly,
              run.parameters_trainable AS trainable, run.parameters_frozen AS frozen,
              run.frozen_unchanged AS frozenUnchanged, run.frozen_tensors AS frozenTensors,
              run.images_per_second AS imagesPerSecond, run.peak_memory_bytes AS peakMemoryBytes,
              run.error_code AS code, run.error_message AS message, run.error_hint AS hint
       FROM run LEFT JOIN run AS parent ON parent.number = run.parent WHERE run.number = ?`,
    )
    .get(run);
  if (!row) throw new Error(`Run ${run} went away while it was read.`);
  return row;
}

function readHistory(database: Database.Database, run: number): EpochMetrics[] {
  const value = (key: string): string => `max(CASE WHEN metric_key.name = '${key}' THEN value END)`;
  const columns = Object.entries(EPOCH_KEYS).map(([field, key]) => `${value(key)} AS ${field}`);
  // A run of another program may lack some; what it has is told by its series. A task may have no accuracy.
  const whole = Object.values(EPOCH_KEYS)
    .filter((key) => !key.endsWith('accuracy'))
    .map((key) => `${value(key)} IS NOT NULL`)
    .join(' AND ');
  return database
    .prepare<[number], EpochMetrics>(
      `SELECT epoch, ${columns.join(', ')} FROM epoch_metric JOIN metric_key ON metric_key.number = epoch_metric.key
       WHERE run = ? GROUP BY epoch HAVING ${whole} ORDER BY epoch`,
    )
    .all(run);
}

function readError(row: RunRow): SerializedError | null {
  const code = ERROR_CODES.find((known) => known === row.code);
  return code === undefined ? null : { code, message: row.message ?? '', hint: row.hint ?? '' };
}

function readWarnings(database: Database.Database, run: number): string[] {
  return database
    .prepare<[number], string>("SELECT text FROM log_line WHERE run = ? AND level = 'warning' ORDER BY position")
    .pluck()
    .all(run);
}

function readTimings(database: Database.Database, run: number): Record<string, number> {
  const rows = database
    .prepare<[number], { phase: string; seconds: number }>('SELECT phase, seconds FROM run_timing WHERE run = ?')
    .all(run);
  return Object.fromEntries(rows.map(({ phase, seconds }) => [phase, seconds]));
}

/** What came out of a run, without what is as long as its network or its dataset. */
type RunOutcome = Omit<RunResult, 'weights' | 'dataset' | 'warnings'>;

function outcomeOf(database: Database.Database, summary: RunSummary, row: RunRow): RunOutcome {
  return {
    runId: summary.runId,
    status: summary.status,
    baseline: row.baseline === null ? null : runBaseline.parse(JSON.parse(row.baseline)),
    history: readHistory(database, row.number),
    bestEpoch: row.bestEpoch,
    bestValAccuracy: summary.bestValAccuracy,
    finalValAccuracy: row.finalValAccuracy,
    testAccuracy: row.testAccuracy,
    stoppedEarly: row.stoppedEarly === 1,
    parameters: row.trainable === null || row.frozen === null ? null : { trainable: row.trainable, frozen: row.frozen },
    frozenUnchanged: row.frozenUnchanged === null ? null : row.frozenUnchanged === 1,
    frozenTensors: row.frozenTensors,
    timings: readTimings(database, row.number),
    imagesPerSecond: row.imagesPerSecond,
    peakMemoryBytes: row.peakMemoryBytes,
    error: readError(row),
  };
}

function resultOf(database: Database.Database, summary: RunSummary, row: RunRow): RunResult {
  const report = readLoadReport(database, row.number);
  return {
    ...outcomeOf(database, summary, row),
    weights: report && {
      loaded: report.loaded.length,
      skippedByShape: report.skippedByShape.length,
      missing: report.missing.length,
      newlyInitialised: report.newlyInitialised.length,
      unexpected: report.unexpected.length,
    },
    dataset: readDataset(database, row.number),
    warnings: readWarnings(database, row.number),
  };
}

/** @throws ThawError `run.unknown`, `log.newer` for the plan of a newer Thaw */
export function readPlan(log: Log, runId: string): TrainingPlan {
  return log.read('read the plan', (database) =>
    parseStoredPlan(log.path, runId, readRow(database, findRun(database, runId).number).plan),
  );
}

/** What the log knows of how a run went, finished or not. @throws ThawError `run.unknown` */
export function readResult(log: Log, runId: string): RunResult {
  return log.read('read the result', (database) => {
    const { number } = findRun(database, runId);
    return resultOf(database, readSummary(database, number), readRow(database, number));
  });
}

/** What of a run changes while it is at work. @throws ThawError `run.unknown` */
export function readRunState(
  log: Log,
  runId: string,
): Pick<RunResult, 'history' | 'bestEpoch' | 'warnings'> & { readonly summary: RunSummary } {
  return log.read('read the run', (database) => {
    const { number } = findRun(database, runId);
    return {
      summary: readSummary(database, number),
      history: readHistory(database, number),
      bestEpoch: readRow(database, number).bestEpoch,
      warnings: readWarnings(database, number),
    };
  });
}

/** @throws ThawError `run.unknown` */
export function readRun(log: Log, runId: string): RunDetail {
  return log.read('read the run', (database) => {
    const { number } = findRun(database, runId);
    const summary = readSummary(database, number);
    const row = readRow(database, number);
    return {
      summary,
      plan: parseStoredPlan(log.path, runId, row.plan),
      result: resultOf(database, summary, row),
      loadReport: readLoadReport(database, number),
      layers: readLayers(database, number),
      proof: readProof(database, number),
      stages: readStages(database, number),
      environment: readEnvironment(database, number),
      parentRunId: row.parent,
      organisation: readOrganisation(database, number),
    };
  });
}

/** What a table of runs has of one. */
export interface RunOutline extends Pick<RunDetail, 'summary' | 'parentRunId' | 'organisation'> {
  readonly result: RunOutcome;
  readonly given: GivenParts;
}

/** A run without its layers, tensors and images, so that thousands can be read. @throws ThawError `run.unknown` */
export function readRunOutline(log: Log, runId: string): RunOutline {
  return log.read('read the run', (database) => {
    const { number } = findRun(database, runId);
    const summary = readSummary(database, number);
    const row = readRow(database, number);
    return {
      summary,
      result: outcomeOf(database, summary, row),
      given: readGiven(log.path, database, number),
      parentRunId: row.parent,
      organisation: readOrganisation(database, number),
    };
  });
}
