import type Database from 'better-sqlite3';
import { USUAL_HEAD } from '../../shared/contract/head-design.ts';
import { PLAN_SCHEMA_VERSION, type TrainingPlan } from '../../shared/contract/plan.ts';
import { FOREIGN_NETWORK } from '../../shared/contract/run.ts';
import { ARRIVING, takeIn, type ArrivingMetric } from './arriving-run.ts';
import type { Log } from './log.ts';
import { thisOwner } from './owner.ts';
import { freeRunId } from './run-id.ts';

/** Points of one metric, in the order in which they were told; the last of two at one place holds. */
export type ForeignPoints = { readonly position: number; readonly value: number | null; readonly time: number }[];

export interface ForeignMetrics {
  readonly step: ReadonlyMap<string, ForeignPoints>;
  /** Epochs are counted from 1. */
  readonly epoch: ReadonlyMap<string, ForeignPoints>;
}

/** A run of another program: its metrics are known, and nothing of how it was trained. */
export interface ForeignRun {
  readonly name: string;
  /** The folder it was found in. */
  readonly source: string;
  /** Milliseconds since 1970, UTC. */
  readonly begunAt: number;
  readonly endedAt: number;
  readonly metrics: ForeignMetrics;
  readonly remark: string;
}

/** The log asks for a plan; its keys are not among the run's parameters, so nobody finds the run by what it never had. */
function planOf(source: string, epochs: number): TrainingPlan {
  return {
    schemaVersion: PLAN_SCHEMA_VERSION,
    dataset: { kind: 'folder', path: source },
    network: FOREIGN_NETWORK,
    weights: { kind: 'none' },
    strategy: 'scratch',
    rules: [],
    epochs,
    batchSize: 1,
    evaluationBatchSize: 1,
    optimizer: { kind: 'sgd', learningRate: 1, momentum: 0, nesterov: false },
    weightDecay: 0,
    l1: 0,
    gradientClipping: null,
    loss: 'crossEntropy',
    labelSmoothing: 0,
    classWeights: null,
    sampling: 'natural',
    schedule: { kind: 'constant' },
    warmupEpochs: 0,
    learningRateRules: [],
    head: 'softmax',
    newHead: false,
    preprocessing: null,
    augmentation: null,
    earlyStopping: null,
    precision: { frozen: 'float32', trainable: 'float32' },
    device: 'auto',
    introspectionInterval: 0,
    dropout: 0,
    seed: 0,
    validationShare: 0.2,
    split: { kind: 'given' },
    groupPattern: null,
    reuse: null,
    headWeights: null,
    evaluateFirst: false,
    task: { kind: 'classify' },
    classes: null,
    trainingImagesPerClass: null,
    stepsPerEpoch: null,
    stages: [],
    evaluationImages: null,
    headDesign: USUAL_HEAD,
    histogramInterval: 0,
    logInterval: 0,
    loaderWorkers: null,
  };
}

function latest(points: ForeignPoints | undefined): ForeignPoints[number] | null {
  let found: ForeignPoints[number] | null = null;
  for (const point of points ?? []) if (!found || point.position >= found.position) found = point;
  return found;
}

function best(points: ForeignPoints | undefined): ForeignPoints[number] | null {
  const held = new Map((points ?? []).map((point) => [point.position, point]));
  let found: ForeignPoints[number] | null = null;
  for (const point of held.values()) {
    if (point.value !== null && (found === null || point.value > (found.value ?? -Infinity))) found = point;
  }
  return found;
}

/** When each epoch was over, in order; a step belongs to the first epoch that was not over before it. */
function epochEnds(metrics: ForeignMetrics): readonly (readonly [epoch: number, time: number])[] {
  const ends = new Map<number, number>();
  for (const points of metrics.epoch.values()) {
    for (const { position, time } of points) ends.set(position, Math.max(time, ends.get(position) ?? 0));
  }
  return [...ends].sort(([left], [right]) => left - right);
}

function epochAt(ends: ReturnType<typeof epochEnds>, time: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle]?.[1] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return ends[low]?.[0] ?? ends.at(-1)?.[0] ?? 1;
}

/** Of two points at one place the later one. */
function* arriving(metrics: ForeignMetrics): Generator<ArrivingMetric> {
  const ends = epochEnds(metrics);
  for (const by of ['step', 'epoch'] as const) {
    for (const [key, told] of metrics[by]) {
      const points = function* (): ArrivingMetric['points'] {
        for (const { position, value, time } of new Map(told.map((point) => [point.position, point])).values()) {
          yield [position, by === 'step' ? epochAt(ends, time) : position, value, time];
        }
      };
      yield { by, key, points: points() };
    }
  }
}

/** The run of another program that was taken in from the same place with the same beginning and end; null where none was. */
function findForeign(database: Database.Database, { source, begunAt, endedAt }: ForeignRun): string | null {
  return (
    database
      .prepare<[string, string, number, number], string>(
        `SELECT id FROM run WHERE parent_relation = 'imported' AND network = ? AND dataset = ? AND created_at = ?
         AND ended_at = ? AND trashed_at IS NOT ${ARRIVING}`,
      )
      .pluck()
      .get(FOREIGN_NETWORK, source, begunAt, endedAt) ?? null
  );
}

/**
 * Puts a run of another program into the log, as finished, unless it is there: all of it or nothing.
 *
 * @returns its id, and whether it was there before
 * @throws the signal's reason
 */
export async function insertForeignRun(
  log: Log,
  foreign: ForeignRun,
  signal: AbortSignal,
): Promise<{ readonly runId: string; readonly known: boolean }> {
  const { metrics } = foreign;
  const accuracy = metrics.epoch.get('val_accuracy');
  const [bestPoint, lastPoint] = [best(accuracy), latest(accuracy)];
  const epochs = [...metrics.epoch.values()].reduce((most, points) => Math.max(most, latest(points)?.position ?? 0), 0);
  const plan = planOf(foreign.source, Math.min(100_000, Math.max(1, epochs)));
  const same = log.read('look for the run', (database) => findForeign(database, foreign));
  if (same !== null) return { runId: same, known: true };
  const begin = (database: Database.Database, arrivingId: string): number => {
    const { lastInsertRowid } = database
      .prepare(
        `INSERT INTO run (id, name, status, created_at, started_at, ended_at, parent_relation, plan, plan_schema, network,
                          strategy, dataset, epochs, epochs_done, best_epoch, best_val_accuracy, final_val_accuracy,
                          trashed_at, owner_pid, owner_start, owner_host, owner_boot, heartbeat_at)
         VALUES (:runId, :name, 'finished', :begunAt, :begunAt, :endedAt, 'imported', :plan, :planSchema, :network,
                 :strategy, :source, :epochs, :epochsDone, :bestEpoch, :best, :final,
                 ${ARRIVING}, :pid, :startToken, :host, :boot, :endedAt)`,
      )
      .run({
        runId: arrivingId,
        name: foreign.name,
        source: foreign.source,
        begunAt: foreign.begunAt,
        endedAt: foreign.endedAt,
        plan: JSON.stringify(plan),
        planSchema: plan.schemaVersion,
        network: plan.network,
        strategy: plan.strategy,
        epochs: plan.epochs,
        epochsDone: epochs,
        bestEpoch: bestPoint?.position ?? null,
        best: bestPoint?.value ?? null,
        final: lastPoint?.value ?? null,
        ...thisOwner(),
      });
    const run = Number(lastInsertRowid);
    database
      .prepare("INSERT INTO log_line (run, position, time, level, text) VALUES (?, 1, ?, 'warning', ?)")
      .run(run, Date.now(), foreign.remark);
    return run;
  };
  const runId = await takeIn(log, {
    begin,
    metrics: () => arriving(metrics),
    name: (database) => freeRunId(database, new Date(foreign.begunAt)),
    signal,
  });
  return { runId, known: false };
}
