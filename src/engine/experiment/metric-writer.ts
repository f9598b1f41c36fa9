import type Database from 'better-sqlite3';
import type { EpochMetrics, RunBaseline } from '../../shared/contract/run.ts';
import { isBusy } from '../sqlite/database-error.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';
import { followRunMetric, recountRunMetrics } from './run-metric.ts';
import { appendLines, type LogLine } from './run-writer.ts';

/** Values of one step, under the keys they have in the log. */
export interface StepPoint {
  readonly epoch: number;
  /** 1 for the first of the whole run. */
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

interface EpochPoint {
  readonly metrics: EpochMetrics;
  readonly best: boolean;
}

/** Well below the second that a killed process may lose. */
const FLUSH_MILLISECONDS = 250;
/** A batch of this many steps is written at once, before its time. */
const FLUSH_STEPS = 4096;
/** So often in a row, each after seconds of waiting, another process may hold the log before that is a problem. */
const MOST_BUSY = 12;

/** The contract's metrics and their keys in the log, which are Keras' where it has one. */
export const EPOCH_KEYS = {
  loss: 'loss',
  accuracy: 'accuracy',
  val_loss: 'val_loss',
  val_accuracy: 'val_accuracy',
  learningRate: 'learning_rate',
  seconds: 'seconds',
} as const satisfies Record<Exclude<keyof EpochMetrics, 'epoch'>, string>;

/** SQLite has no NaN; it keeps infinities. */
function storable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function keyNumbers(database: Database.Database): (name: string) => number {
  const known = new Map<string, number>();
  const insert = database.prepare('INSERT OR IGNORE INTO metric_key (name) VALUES (?)');
  const select = database.prepare<[string], number>('SELECT number FROM metric_key WHERE name = ?').pluck();
  return (name) => {
    let number = known.get(name);
    if (number === undefined) {
      insert.run(name);
      number = select.get(name);
      if (number === undefined) throw new Error(`Metric key '${name}' was not written.`);
      known.set(name, number);
    }
    return number;
  };
}

/** 0 for a run without epochs. */
function latestEpoch(database: Database.Database, run: number): number {
  return (
    database
      .prepare<[number], number>('SELECT coalesce(max(epoch), 0) FROM epoch_metric WHERE run = ?')
      .pluck()
      .get(run) ?? 0
  );
}

/**
 * Appends the metrics of one run, and lines to its own log, in batches. `push...` only remembers, so training never waits
 * for the disk; a batch is written within a quarter of a second. A point of a step that the log already has replaces it, and
 * the first step pushed forgets what the log holds from there on, which a resumed run is about to do again.
 */
export class MetricWriter {
  readonly #log: Log;
  readonly #run: number;
  readonly #onProblem: (error: unknown) => void;
  #steps: (StepPoint & { readonly time: number })[] = [];
  #epochs: (EpochPoint & { readonly time: number })[] = [];
  #lines: LogLine[] = [];
  #timer: NodeJS.Timeout | null = null;
  #continued = false;
  #busy = 0;

  /**
   * @param onProblem told when a batch could not be written, or when others have held the log for long; the points are kept
   *   and tried again with the next
   */
  constructor(log: Log, runId: string, onProblem: (error: unknown) => void) {
    this.#log = log;
    this.#run = log.read('find the run', (database) => findRun(database, runId).number);
    this.#onProblem = onProblem;
  }

  pushStep(point: StepPoint): void {
    this.#steps.push({ ...point, time: Date.now() });
    this.#schedule();
  }

  pushEpoch(metrics: EpochMetrics, best: boolean): void {
    this.#epochs.push({ metrics, best, time: Date.now() });
    this.#schedule();
  }

  pushLine(text: string): void {
    this.#lines.push({ time: Date.now(), level: 'information', text });
    this.#schedule();
  }

  /**
   * Brings the log to what the checkpoint knows that a run goes on from. A log whose owner was killed lacks the epochs of
   * its last moment, and one whose trainer was killed is ahead.
   *
   * @param baseline what the run began with gave, which is the best where `bestEpoch` is 0
   */
  restore(
    history: readonly EpochMetrics[],
    bestEpoch: number | null,
    baseline: Pick<RunBaseline, 'val_accuracy'> | null,
  ): void {
    this.#log.write('restore the metrics', (database) => {
      const last = history.at(-1);
      database.prepare('DELETE FROM epoch_metric WHERE run = ? AND epoch > ?').run(this.#run, last?.epoch ?? 0);
      const known = new Set(
        database
          .prepare<[number], number>('SELECT DISTINCT epoch FROM epoch_metric WHERE run = ?')
          .pluck()
          .all(this.#run),
      );
      const time = Date.now();
      const best = bestEpoch === 0 ? baseline : history.find(({ epoch }) => epoch === bestEpoch);
      const lost = history.filter(({ epoch }) => !known.has(epoch)).map((metrics) => ({ metrics, best: false, time }));
      this.#insertEpochs(database, keyNumbers(database), lost);
      database
        .prepare(
          `UPDATE run SET epochs_done = :epoch, final_val_accuracy = :final, best_epoch = :bestEpoch,
             best_val_accuracy = :best WHERE number = :run`,
        )
        .run({
          run: this.#run,
          epoch: last?.epoch ?? 0,
          final: last?.val_accuracy ?? null,
          bestEpoch,
          best: best?.val_accuracy ?? null,
        });
      recountRunMetrics(database, this.#run);
    });
  }

  /** Writes what waits, now. @throws ThawError `disk.full` and the like; nothing is lost then */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const steps = this.#steps;
    const epochs = this.#epochs;
    const lines = this.#lines;
    if (steps.length === 0 && epochs.length === 0 && lines.length === 0) return;
    this.#log.write('write the metrics', (database) => {
      const key = keyNumbers(database);
      const first = steps[0];
      if (first && !this.#continued) this.#forgetFrom(database, first);
      this.#insertSteps(database, key, steps);
      this.#insertEpochs(database, key, epochs);
      appendLines(database, this.#run, lines);
    });
    this.#busy = 0;
    this.#continued ||= steps.length > 0;
    this.#steps = [];
    this.#epochs = [];
    this.#lines = [];
  }

  /** Flushes and stops the clock. @throws as `flush` */
  close(): void {
    this.flush();
  }

  #schedule(): void {
    const full = this.#steps.length === FLUSH_STEPS;
    if (this.#timer && !full) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        try {
          this.flush();
        } catch (error) {
          this.#busy += 1;
          if (isBusy(error) && this.#busy < MOST_BUSY) this.#schedule();
          else this.#onProblem(error);
        }
      },
      full ? 0 : FLUSH_MILLISECONDS,
    );
  }

  #forgetFrom(database: Database.Database, first: StepPoint): void {
    database.prepare('DELETE FROM step_metric WHERE run = ? AND step >= ?').run(this.#run, first.step);
    const { changes } = database
      .prepare('DELETE FROM epoch_metric WHERE run = ? AND epoch >= ?')
      .run(this.#run, first.epoch);
    if (changes > 0) recountRunMetrics(database, this.#run);
  }

  #insertSteps(
    database: Database.Database,
    key: (name: string) => number,
    steps: readonly (StepPoint & { readonly time: number })[],
  ): void {
    const insert = database.prepare(
      'INSERT OR REPLACE INTO step_metric (run, key, step, epoch, value, time) VALUES (?, ?, ?, ?, ?, ?)',
    );
    for (const { epoch, step, values, time } of steps) {
      for (const [name, value] of Object.entries(values)) {
        insert.run(this.#run, key(name), step, epoch, storable(value), time);
      }
    }
  }

  #insertEpochs(
    database: Database.Database,
    key: (name: string) => number,
    epochs: readonly (EpochPoint & { readonly time: number })[],
  ): void {
    const insert = database.prepare(
      'INSERT OR REPLACE INTO epoch_metric (run, key, epoch, value, time) VALUES (?, ?, ?, ?, ?)',
    );
    const head = database.prepare(
      `UPDATE run SET epochs_done = :epoch, final_val_accuracy = :accuracy,
         best_epoch = iif(:best, :epoch, best_epoch),
         best_val_accuracy = iif(:best, :accuracy, best_val_accuracy)
       WHERE number = :run`,
    );
    const follow = followRunMetric(database, this.#run);
    let latest = latestEpoch(database, this.#run);
    let again = false;
    for (const { metrics, best, time } of epochs) {
      const { epoch } = metrics;
      again ||= epoch <= latest;
      latest = Math.max(latest, epoch);
      for (const [field, name] of Object.entries(EPOCH_KEYS) as [keyof typeof EPOCH_KEYS, string][]) {
        const found = metrics[field];
        if (found === null) continue;
        const value = storable(found);
        insert.run(this.#run, key(name), epoch, value, time);
        follow(key(name), value, best);
      }
      head.run({ run: this.#run, epoch, accuracy: metrics.val_accuracy, best: best ? 1 : 0 });
    }
    // What took the place of another value may have been the least or the greatest.
    if (again) recountRunMetrics(database, this.#run);
  }
}
