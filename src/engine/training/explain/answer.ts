import type { SerializedError } from '../../../shared/errors/thaw-error.ts';
import { serialized } from '../serialized-error.ts';
import { ExplainedModel } from './explained-model.ts';
import { computeHeatMap, type ComputedMap, type HeatMapJob } from './heat-map.ts';
import { computeOccluded, type OccludedProbabilities, type OccludeJob } from './occlusion.ts';
import {
  computeFeatures,
  computeSimilar,
  type FeaturesJob,
  type ImageFeatures,
  type Similarities,
  type SimilarJob,
} from './similar-images.ts';

/** What a process is asked about a checkpoint. */
export type ExplainJob = HeatMapJob | OccludeJob | FeaturesJob | SimilarJob;

/** What each job is answered with. */
export interface ExplainAnswers {
  readonly heatMap: ComputedMap;
  readonly occlude: OccludedProbabilities;
  readonly features: ImageFeatures;
  readonly similar: Similarities;
}
export type ExplainAnswer = ExplainAnswers[keyof ExplainAnswers];

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
  switch (job.kind) {
    case 'heatMap':
      return computeHeatMap(model, job);
    case 'occlude':
      return computeOccluded(model, job);
    case 'features':
      return computeFeatures(model, job);
    case 'similar':
      return computeSimilar(model, job);
  }
}

/** Answers over the fork's channel; one job at a time. */
export async function answerExplain(job: ExplainJob): Promise<ExplainMessage> {
  try {
    return { kind: 'answered', answer: await answer(job) };
  } catch (error) {
    return { kind: 'failed', error: serialized(error, 'Explaining') };
  }
}
