import type Database from 'better-sqlite3';
import type { ComparedMetric, ComparedRun, RunComparison } from '../../../shared/contract/compare.ts';
import type { RunSummary } from '../../../shared/contract/run.ts';
import { readEvaluationOf } from '../evaluations.ts';
import { readGiven } from '../given-reader.ts';
import type { Log } from '../log.ts';
import { findRun } from '../run-life.ts';
import { readLayers } from '../run-parts-reader.ts';
import { RUN_SUMMARY } from '../run-reader.ts';
import { alignLayers } from './align-layers.ts';
import { compareParameters } from './compare-parameters.ts';

/** In this order; other metrics follow by name. */
const FIRST_METRICS = ['val_accuracy', 'val_loss', 'accuracy', 'loss', 'learning_rate', 'seconds'];

/** By the last word of a key, as programs call what they measure: `val_loss`, `top_5_accuracy`, `mean_absolute_error`. */
const LOWER_IS_BETTER = /(?:^|[^a-z0-9])(?:loss|error|mse|mae|rmse|perplexity|seconds|duration|peak_memory_bytes)$/;
const HIGHER_IS_BETTER = /(?:^|[^a-z0-9])(?:accuracy|acc|auc|f1|f1_score|precision|recall|iou|images_per_second)$/;

/** null where none is better, and for what another program measured under a name that says nothing. */
function betterOf(key: string): ComparedMetric['better'] {
  // Keras counts layers of one name: `accuracy_1`.
  const name = key.toLowerCase().replace(/_\d+$/, '');
  if (LOWER_IS_BETTER.test(name)) return 'lower';
  return HIGHER_IS_BETTER.test(name) ? 'higher' : null;
}

function readRun(database: Database.Database, number: number): ComparedRun {
  const row = database
    .prepare<[number], RunSummary & Pick<ComparedRun, 'parentRunId' | 'bestEpoch'>>(
      `SELECT ${RUN_SUMMARY}, parent.id AS parentRunId, run.best_epoch AS bestEpoch
       FROM run LEFT JOIN run AS parent ON parent.number = run.parent WHERE run.number = ?`,
    )
    .get(number);
  if (!row) throw new Error(`Run ${number} went away while it was read.`);
  return { ...row, ...readEvaluationOf(database, number, 'validation') };
}

interface Figures {
  readonly best: number | null;
  readonly last: number | null;
}

function readEpochMetrics(database: Database.Database, number: number): ReadonlyMap<string, Figures> {
  const rows = database
    .prepare<[number], Figures & { readonly key: string }>(
      `SELECT metric_key.name AS key, run_metric.at_best AS best, run_metric.last AS last
       FROM run_metric JOIN metric_key ON metric_key.number = run_metric.key WHERE run = ?`,
    )
    .all(number);
  return new Map(rows.map(({ key, ...figures }) => [key, figures]));
}

/** What is known once for a whole run. */
function readRunFigures(database: Database.Database, number: number): ReadonlyMap<string, number | null> {
  const row = database
    .prepare<[number], Record<string, number | null>>(
      `SELECT test_accuracy, best_epoch, parameters_trainable, parameters_frozen, images_per_second,
              (SELECT seconds FROM run_timing WHERE run = run.number AND phase = 'total') AS duration,
              peak_memory_bytes
       FROM run WHERE number = ?`,
    )
    .get(number);
  return new Map(Object.entries(row ?? {}));
}

function compareMetrics(database: Database.Database, numbers: readonly number[]): ComparedMetric[] {
  const epochs = numbers.map((number) => readEpochMetrics(database, number));
  const whole = numbers.map((number) => readRunFigures(database, number));
  const once = [...(whole[0]?.keys() ?? [])];
  const placed = new Set([...FIRST_METRICS, ...once]);
  const others = new Set(epochs.flatMap((own) => [...own.keys()]).filter((key) => !placed.has(key)));
  const keys = [...FIRST_METRICS, ...[...others].sort()];
  const byEpoch = keys.map((key) => ({
    key,
    best: epochs.map((own) => own.get(key)?.best ?? null),
    last: epochs.map((own) => own.get(key)?.last ?? null),
    better: betterOf(key),
  }));
  const byRun = once.map((key) => ({
    key,
    // Another program may tell by epoch what Thaw knows once.
    best: whole.map((own, index) => own.get(key) ?? epochs[index]?.get(key)?.best ?? null),
    last: null,
    better: betterOf(key),
  }));
  return [...byEpoch, ...byRun].filter(({ best, last }) => [...best, ...(last ?? [])].some((value) => value !== null));
}

/**
 * Lays runs side by side: what was decided and given before them, what came out, what was frozen, what they made of the
 * validation. No point of a curve is read, however many a run has.
 *
 * @throws ThawError `run.unknown`, `log.newer` for the plan of a newer Thaw
 */
export function compareRuns(log: Log, runIds: readonly string[]): RunComparison {
  return log.read('compare the runs', (database) => {
    const numbers = runIds.map((runId) => findRun(database, runId).number);
    return {
      runs: numbers.map((number) => readRun(database, number)),
      parameters: compareParameters(numbers.map((number) => readGiven(log.path, database, number))),
      metrics: compareMetrics(database, numbers),
      layers: alignLayers(numbers.map((number) => readLayers(database, number))),
    };
  });
}
