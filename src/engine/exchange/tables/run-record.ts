import type { Log } from '../../experiment/log.ts';
import { readRunOutline, type RunOutline } from '../../experiment/run-reader.ts';
import { givenParameters } from '../given-parts.ts';

type Scalar = string | number | boolean | null;

/** A run as a row of a table or a document has it: what it is, what was decided before it, what came out. */
export interface RunRecord {
  readonly facts: Readonly<Record<string, Scalar | readonly string[]>>;
  /** Under dotted keys: `plan.optimizer.learningRate`. */
  readonly parameters: Readonly<Record<string, Scalar>>;
  readonly metrics: Readonly<Record<string, number | null>>;
}

function isoOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

function metricsOf({ result }: RunOutline): Record<string, number | null> {
  const best = result.history.find(({ epoch }) => epoch === result.bestEpoch);
  const last = result.history.at(-1);
  const of = (metrics: typeof last): Record<string, number | null> => ({
    val_accuracy: metrics?.val_accuracy ?? null,
    val_loss: metrics?.val_loss ?? null,
    accuracy: metrics?.accuracy ?? null,
    loss: metrics?.loss ?? null,
  });
  const [atBest, atLast] = [of(best), of(last)];
  return {
    best_epoch: result.bestEpoch,
    ...atBest,
    ...Object.fromEntries(Object.entries(atLast).map(([key, value]) => [`last(${key})`, value])),
    test_accuracy: result.testAccuracy,
    parameters_trainable: result.parameters?.trainable ?? null,
    parameters_frozen: result.parameters?.frozen ?? null,
    images_per_second: result.imagesPerSecond,
    peak_memory_bytes: result.peakMemoryBytes,
    seconds: result.timings['total'] ?? null,
  };
}

/** @throws ThawError `run.unknown` */
export function runRecord(log: Log, runId: string): RunRecord {
  const run = readRunOutline(log, runId);
  const { summary, result, organisation } = run;
  return {
    facts: {
      run: summary.runId,
      name: summary.name,
      status: summary.status,
      created_at: isoOf(summary.createdAt),
      ended_at: isoOf(summary.endedAt),
      network: summary.network,
      strategy: summary.strategy,
      dataset: summary.dataset,
      epochs: summary.epochs,
      epochs_done: summary.epochsDone,
      parent: run.parentRunId,
      starred: organisation.starred,
      tags: organisation.tags,
      note: organisation.note,
      frozen_unchanged: result.frozenUnchanged,
    },
    parameters: Object.fromEntries(givenParameters(run.given)),
    metrics: metricsOf(run),
  };
}
