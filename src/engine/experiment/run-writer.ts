import type Database from 'better-sqlite3';
import type {
  DatasetSummary,
  Environment,
  FrozenProof,
  LayerState,
  LoadReport,
  ParameterCounts,
  RunBaseline,
  RunResult,
} from '../../shared/contract/run.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';

/** What a run consisted of, once everything is loaded. */
export interface RunParts {
  readonly dataset: DatasetSummary;
  readonly loadReport: LoadReport | null;
  /** The stage that it begins or goes on with; 0, as in a run of one piece, where it is left out. */
  readonly stage?: number | undefined;
  /** Of that stage. */
  readonly layers: readonly LayerState[];
  readonly parameters: ParameterCounts;
  readonly environment: Environment;
}

export interface SavedCheckpoint {
  readonly kind: 'last' | 'best';
  readonly epoch: number;
  readonly step: number;
  /** Relative to the run's folder. */
  readonly path: string;
  readonly bytes: number;
}

/** `trainer`: what the trainer process or its libraries wrote to their error output. */
export type LogLevel = 'information' | 'warning' | 'error' | 'trainer';

/** The numbers of tensors by name; one that the log does not know yet is given one. */
export function tensorNumbers(database: Database.Database): (name: string) => number {
  const insert = database.prepare('INSERT OR IGNORE INTO tensor (name) VALUES (?)');
  const select = database.prepare<[string], number>('SELECT number FROM tensor WHERE name = ?').pluck();
  return (name) => {
    insert.run(name);
    const number = select.get(name);
    if (number === undefined) throw new Error(`Tensor '${name}' was not written.`);
    return number;
  };
}

function writeDataset(database: Database.Database, run: number, dataset: DatasetSummary): void {
  database
    .prepare(
      `INSERT OR REPLACE INTO run_dataset (run, root, version, train, validation, test)
       VALUES (:run, :root, :version, :train, :validation, :test)`,
    )
    .run({
      run,
      root: dataset.root,
      version: dataset.version,
      train: dataset.train,
      validation: dataset.validation,
      test: dataset.test,
    });
  database.prepare('DELETE FROM run_class WHERE run = ?').run(run);
  const addClass = database.prepare('INSERT INTO run_class (run, position, name) VALUES (?, ?, ?)');
  dataset.classes.forEach((name, position) => addClass.run(run, position, name));
  database.prepare('DELETE FROM skipped_image WHERE run = ?').run(run);
  const addSkipped = database.prepare('INSERT INTO skipped_image (run, position, path, reason) VALUES (?, ?, ?, ?)');
  dataset.skipped.forEach(({ path, reason }, position) => addSkipped.run(run, position, path, reason));
}

/** Writes what trains in a stage; of those after it nothing holds any more. */
export function writeLayers(
  database: Database.Database,
  run: number,
  stage: number,
  layers: readonly LayerState[],
): void {
  const add = database.prepare(
    'INSERT OR IGNORE INTO layer (name, kind, block, output_shape, parameters) VALUES (?, ?, ?, ?, ?)',
  );
  const find = database
    .prepare<[string, string, string, string, number], number>(
      `SELECT number FROM layer
       WHERE name = ? AND kind = ? AND block = ? AND output_shape = ? AND parameters = ?`,
    )
    .pluck();
  const addState = database.prepare(
    'INSERT INTO layer_state (run, stage, position, layer, state, statistics) VALUES (?, ?, ?, ?, ?, ?)',
  );
  database.prepare('DELETE FROM layer_state WHERE run = ? AND stage >= ?').run(run, stage);
  layers.forEach(({ name, kind, block, outputShape, parameters, state, statistics }, position) => {
    const layer = [name, kind, block, JSON.stringify(outputShape), parameters] as const;
    add.run(...layer);
    addState.run(run, stage, position, find.get(...layer), state, statistics);
  });
}

function writeLoadReport(database: Database.Database, run: number, report: LoadReport): void {
  database
    .prepare('INSERT OR REPLACE INTO load_report (run, source, format, sha256) VALUES (?, ?, ?, ?)')
    .run(run, report.source, report.format, report.sha256);
  const tensor = tensorNumbers(database);
  const add = database.prepare(
    `INSERT OR REPLACE INTO load_report_tensor (run, outcome, position, tensor, expected_shape, found_shape)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  for (const outcome of ['loaded', 'missing', 'newlyInitialised', 'unexpected'] as const) {
    report[outcome].forEach((name, position) => add.run(run, outcome, position, tensor(name), null, null));
  }
  report.skippedByShape.forEach(({ name, expected, found }, position) =>
    add.run(run, 'skippedByShape', position, tensor(name), JSON.stringify(expected), JSON.stringify(found)),
  );
}

function writeEnvironment(database: Database.Database, run: number, environment: Environment): void {
  database
    .prepare(
      `INSERT OR REPLACE INTO run_environment (run, thaw, node, tensorflow, tensorflow_origin, device, cpu, cores, os)
       VALUES (:run, :thaw, :node, :tensorflow, :tensorflowOrigin, :device, :cpu, :cores, :os)`,
    )
    .run({ run, ...environment });
}

/** Writes what the run consists of; a resumed run writes it again. */
export function writeParts(log: Log, runId: string, parts: RunParts): void {
  log.write('write what the run consists of', (database) => {
    const { number } = findRun(database, runId);
    writeDataset(database, number, parts.dataset);
    writeLayers(database, number, parts.stage ?? 0, parts.layers);
    if (parts.loadReport) writeLoadReport(database, number, parts.loadReport);
    writeEnvironment(database, number, parts.environment);
    database
      .prepare('UPDATE run SET parameters_trainable = ?, parameters_frozen = ? WHERE number = ?')
      .run(parts.parameters.trainable, parts.parameters.frozen, number);
  });
}

/** Notes a checkpoint that stands on disk; it takes the place of the former one of its kind. */
export function writeCheckpoint(log: Log, runId: string, checkpoint: SavedCheckpoint): void {
  log.write('note the checkpoint', (database) => {
    database
      .prepare(
        `INSERT OR REPLACE INTO checkpoint (run, kind, epoch, step, path, bytes, written_at)
         VALUES (:run, :kind, :epoch, :step, :path, :bytes, :now)`,
      )
      .run({ ...checkpoint, run: findRun(database, runId).number, now: Date.now() });
  });
}

/** @throws RangeError where a hash is not the SHA-256 that the contract promises */
function hashBytes(hash: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(hash)) throw new RangeError(`A SHA-256 has 64 hexadecimal digits; received '${hash}'.`);
  return Buffer.from(hash, 'hex');
}

/** Writes the hash of each tensor that was frozen in a stage, before its first step and after its last. */
export function writeProof(log: Log, runId: string, proof: readonly FrozenProof[], stage = 0): void {
  log.write('write the proof of freezing', (database) => {
    const { number } = findRun(database, runId);
    const tensor = tensorNumbers(database);
    database.prepare('DELETE FROM frozen_proof WHERE run = ? AND stage >= ?').run(number, stage);
    const first = database
      .prepare<[number], number>('SELECT coalesce(max(position) + 1, 0) FROM frozen_proof WHERE run = ?')
      .pluck()
      .get(number);
    const add = database.prepare(
      'INSERT INTO frozen_proof (run, stage, position, tensor, before, after) VALUES (?, ?, ?, ?, ?, ?)',
    );
    proof.forEach(({ tensor: name, before, after }, index) =>
      add.run(number, stage, (first ?? 0) + index, tensor(name), hashBytes(before), hashBytes(after)),
    );
  });
}

/** A line of a run's own log. */
export interface LogLine {
  /** Milliseconds since 1970, UTC. */
  readonly time: number;
  readonly level: LogLevel;
  readonly text: string;
}

/** Appends lines to a run's own log, within a transaction of the caller's. */
export function appendLines(database: Database.Database, run: number, lines: readonly LogLine[]): void {
  const add = database.prepare(
    `INSERT INTO log_line (run, position, time, level, text)
     SELECT :run, coalesce(max(position), 0) + 1, :time, :level, :text FROM log_line WHERE run = :run`,
  );
  for (const line of lines) add.run({ run, ...line });
}

/** Appends a line to the run's own log; lines that stand there already are not repeated when they are warnings. */
export function writeLine(log: Log, runId: string, level: LogLevel, text: string): void {
  log.write('write the log line', (database) => {
    const { number } = findRun(database, runId);
    const same = database
      .prepare<[number, string], { position: number }>(
        "SELECT position FROM log_line WHERE run = ? AND level = 'warning' AND text = ?",
      )
      .get(number, text);
    if (same && level === 'warning') return;
    appendLines(database, number, [{ time: Date.now(), level, text }]);
  });
}

/** Writes what the validation gave before the first step. */
export function writeBaseline(log: Log, runId: string, baseline: RunBaseline): void {
  log.write('write what the run began with', (database) => {
    const { number } = findRun(database, runId);
    database.prepare('UPDATE run SET baseline = ? WHERE number = ?').run(JSON.stringify(baseline), number);
  });
}

/** Writes what training found; status and error are `setStatus`' to write. */
export function writeResult(log: Log, runId: string, result: Omit<RunResult, 'runId'>): void {
  for (const warning of result.warnings) writeLine(log, runId, 'warning', warning);
  log.write('write the result', (database) => {
    const { number } = findRun(database, runId);
    database
      .prepare(
        `UPDATE run SET
           best_epoch = coalesce(:bestEpoch, best_epoch),
           best_val_accuracy = coalesce(:bestValAccuracy, best_val_accuracy),
           final_val_accuracy = coalesce(:finalValAccuracy, final_val_accuracy),
           test_accuracy = :testAccuracy, stopped_early = :stoppedEarly,
           frozen_unchanged = :frozenUnchanged, frozen_tensors = :frozenTensors,
           images_per_second = :imagesPerSecond, peak_memory_bytes = :peakMemoryBytes
         WHERE number = :number`,
      )
      .run({
        number,
        bestEpoch: result.bestEpoch,
        bestValAccuracy: result.bestValAccuracy,
        finalValAccuracy: result.finalValAccuracy,
        testAccuracy: result.testAccuracy,
        stoppedEarly: Number(result.stoppedEarly),
        frozenUnchanged: result.frozenUnchanged === null ? null : Number(result.frozenUnchanged),
        frozenTensors: result.frozenTensors,
        imagesPerSecond: result.imagesPerSecond,
        peakMemoryBytes: result.peakMemoryBytes,
      });
    const addTiming = database.prepare('INSERT OR REPLACE INTO run_timing (run, phase, seconds) VALUES (?, ?, ?)');
    for (const [phase, seconds] of Object.entries(result.timings)) addTiming.run(number, phase, seconds);
  });
}
