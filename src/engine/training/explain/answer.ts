import type { SerializedError } from '../../../shared/errors/thaw-error.ts';
import { serialized } from '../serialized-error.ts';
import { ExplainedModel } from './explained-model.ts';
import { computeHeatMap, type ComputedMap, type HeatMapJob } from './heat-map.ts';

/** What a process is asked about a checkpoint. */
export type ExplainJob = HeatMapJob;
export type ExplainAnswer = ComputedMap;

type ExplainMessage =
  | { readonly kind: 'answered'; readonly answer: ExplainAnswer }
  | { readonly kind: 'failed'; readonly error: SerializedError };

let loaded: ExplainedModel | null = null;

/** The checkpoint that is asked about; another one than before takes its place. */
async function modelOf(job: ExplainJob): Promise<ExplainedModel> {
  if (loaded?.model !== job.model) {
    await loaded?.dispose();
    loaded = new ExplainedModel(job);
  }
  return loaded;
}

async function answer(job: ExplainJob): Promise<ExplainAnswer> {
  const model = await modelOf(job);
  return computeHeatMap(model, job);
}

/** Answers over the fork's channel; one job at a time. */
export async function answerExplain(job: ExplainJob): Promise<ExplainMessage> {
  try {
    return { kind: 'answered', answer: await answer(job) };
  } catch (error) {
    // What was loaded may not be what it should: the next job begins anew.
    await loaded?.dispose();
    loaded = null;
    return { kind: 'failed', error: serialized(error, 'Explaining') };
  }
}
