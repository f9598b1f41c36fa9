import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Log } from './log.ts';
import { parseStoredPlan } from './stored-plan.ts';

/** A run that trained at least one whole epoch on this machine, and what it took. */
export interface MeasuredRun {
  readonly runId: string;
  readonly plan: TrainingPlan;
  readonly classes: number;
  readonly images: { readonly train: number; readonly validation: number; readonly test: number };
  readonly datasetVersion: string;
  /** An epoch without its validation, as most epochs went; the first ones, which warm up, left out where there are more. */
  readonly trainSeconds: number;
  /** Validation, on average over the epochs. */
  readonly evaluateSeconds: number;
  /** Decoding and the frozen prefix, from whatever was cached. */
  readonly preparationSeconds: number | null;
  readonly peakMemoryBytes: number | null;
}

/** What runs must share to tell of each other. */
export interface MachineKey {
  readonly cpu: string;
  readonly cores: number;
}

interface Row {
  readonly number: number;
  readonly runId: string;
  readonly plan: string;
  readonly classes: number;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly version: string;
  readonly peakMemoryBytes: number | null;
  readonly features: number | null;
  readonly evaluate: number | null;
  readonly training: number | null;
}

const ENDED = `run.status IN ('finished', 'stopped') AND run.epochs_done >= 1`;

/** Runs of this processor on the device and TensorFlow that it was last used with. */
const ON_THIS_MACHINE = `run_environment.cpu = :cpu AND run_environment.cores = :cores AND
  (run_environment.device, run_environment.tensorflow) = (
    SELECT device, tensorflow FROM run_environment AS latest WHERE latest.cpu = :cpu AND latest.cores = :cores
    ORDER BY latest.run DESC LIMIT 1)`;

/** How an epoch usually goes: an epoch in which the machine was busy otherwise, and the first ones, do not count. */
function usualSeconds(seconds: readonly number[]): number {
  const settled = seconds.length > 2 ? seconds.slice(1) : seconds;
  const sorted = settled.toSorted((left, right) => left - right);
  return sorted[seconds.length > 2 ? Math.floor(sorted.length / 2) : 0] ?? NaN;
}

function readPlanOf(log: Log, row: Row): TrainingPlan | null {
  try {
    return parseStoredPlan(log.path, row.runId, row.plan);
  } catch (error) {
    // A plan of another version is no reason to show no estimate.
    if (error instanceof ThawError) return null;
    throw error;
  }
}

/** Changes whenever `readMeasuredRuns` may answer otherwise. */
export function measuredRunsKey(log: Log): string {
  return log.read('look for measured runs', (database) => {
    const found = database
      .prepare<[], { count: number; ended: number | null }>(
        `SELECT count(*) AS count, max(ended_at) AS ended FROM run WHERE ${ENDED}`,
      )
      .get();
    return `${found?.count ?? 0} ${found?.ended ?? 0}`;
  });
}

/**
 * The newest runs that tell what this machine can do, the oldest of them first: finished ones, and stopped ones that
 * trained a whole epoch.
 *
 * @param limit at most so many
 */
export function readMeasuredRuns(log: Log, machine: MachineKey, limit: number): readonly MeasuredRun[] {
  return log.read('read what past runs took', (database) => {
    const rows = database
      .prepare<[MachineKey & { limit: number }], Row>(
        `SELECT run.number AS number, run.id AS runId, run.plan AS plan,
                run_dataset.train AS train, run_dataset.validation AS validation, run_dataset.test AS test,
                run_dataset.version AS version, run.peak_memory_bytes AS peakMemoryBytes,
                (SELECT count(*) FROM run_class WHERE run_class.run = run.number) AS classes,
                (SELECT seconds FROM run_timing WHERE run = run.number AND phase = 'features') AS features,
                (SELECT seconds FROM run_timing WHERE run = run.number AND phase = 'evaluate') AS evaluate,
                (SELECT seconds FROM run_timing WHERE run = run.number AND phase = 'train') AS training
         FROM run JOIN run_environment ON run_environment.run = run.number
                  JOIN run_dataset ON run_dataset.run = run.number
         WHERE ${ENDED} AND ${ON_THIS_MACHINE}
         ORDER BY run.number DESC LIMIT :limit`,
      )
      .all({ ...machine, limit });
    const epochSeconds = database
      .prepare<[number], number>(
        `SELECT value FROM epoch_metric JOIN metric_key ON metric_key.number = epoch_metric.key
         WHERE run = ? AND metric_key.name = 'seconds' AND value IS NOT NULL ORDER BY epoch`,
      )
      .pluck();
    return rows.toReversed().flatMap((row) => {
      const seconds = epochSeconds.all(row.number);
      const plan = readPlanOf(log, row);
      // A run on features says nothing of what images take.
      if (plan?.dataset.kind === 'features') return [];
      if (plan === null || seconds.length === 0 || row.evaluate === null || row.training === null) return [];
      const mean = seconds.reduce((sum, value) => sum + value, 0) / seconds.length;
      return [
        {
          runId: row.runId,
          plan,
          classes: row.classes,
          images: { train: row.train, validation: row.validation, test: row.test },
          datasetVersion: row.version,
          trainSeconds: usualSeconds(seconds),
          // Timings are those of the run's last life, epochs those of all.
          evaluateSeconds: (row.evaluate / row.training) * mean,
          preparationSeconds: row.features,
          peakMemoryBytes: row.peakMemoryBytes,
        },
      ];
    });
  });
}
