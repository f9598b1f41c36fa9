import type { RunEventBody } from '../../../shared/contract/event.ts';
import type { TrainingPlan } from '../../../shared/contract/plan.ts';
import type { Dataset } from '../../dataset/open-dataset.ts';
import type { Output, Session } from '../../runtime/session.ts';
import type { Batch, Feeds } from '../batch-source.ts';
import { Clock } from '../clock.ts';
import type { MemoryNeed } from '../memory.ts';
import { prepareRun } from '../prepare-run.ts';
import type { PreparedRun } from '../prepare-stage.ts';
import { splitSources, type SplitSources } from '../split-sources.ts';
import type { SearchJob } from './finder-protocol.ts';

/** Whom a search tells how far it is, and when it is to end. */
export interface Searching {
  readonly emit: (body: RunEventBody) => void;
  readonly signal: AbortSignal;
}

/** What a search tries steps on: the program, weights and images with which a run of the plan would begin. */
export interface PreparedSearch {
  readonly run: PreparedRun;
  readonly sources: SplitSources;
}

/**
 * Prepares what a run would, does something with it, and lets go of it.
 *
 * @param options.onMemory told what a run is estimated to take before it is taken; may refuse by throwing
 * @param options.narrow which of the dataset's images are looked at; all by default
 */
export async function withSearch<Result>(
  job: SearchJob,
  { emit, signal }: Searching,
  work: (prepared: PreparedSearch) => Promise<Result>,
  options: {
    readonly onMemory?: (need: MemoryNeed) => void;
    readonly narrow?: (dataset: Dataset) => Dataset;
  } = {},
): Promise<Result> {
  const { onMemory, narrow } = options;
  const prepared = await prepareRun({ ...job, runId: '', resume: false }, emit, signal, onMemory);
  let sources: SplitSources | null = null;
  try {
    const run = narrow ? { ...prepared, dataset: narrow(prepared.dataset) } : prepared;
    sources = await splitSources(run, {
      cacheDirectory: job.cacheDirectory,
      cacheLimitBytes: job.cacheLimitBytes,
      plan: job.plan,
      clock: new Clock(),
      beforeImage: () => Promise.resolve(),
      emit,
      signal,
    });
    return await work({ run, sources });
  } finally {
    await sources?.dispose();
    prepared.session.dispose();
  }
}

/** What the forward pass of a train step is fed. @param step from 1 */
export function stepFeeds({ feeds }: Batch, { seed }: Pick<TrainingPlan, 'seed'>, step: number): Feeds {
  return { ...feeds, dropout_seed: { data: Int32Array.of(seed | 0, step), shape: [2] } };
}

export function rateFeed(rate: number): Feeds {
  return { learning_rate: { data: Float32Array.of(rate), shape: [] } };
}

/** One train step. @returns the batch's mean loss before it */
export function trainOnce(session: Session, feeds: Feeds): number {
  return firstOf(session.run('train', feeds), 'loss');
}

export function firstOf(output: Readonly<Record<string, Output>>, name: string): number {
  return output[name]?.data[0] ?? NaN;
}
