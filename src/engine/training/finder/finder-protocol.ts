import type { BatchSearch, RateSearch } from '../../../shared/contract/finders.ts';
import type { RunEventBody } from '../../../shared/contract/event.ts';
import type { TrainingPlan } from '../../../shared/contract/plan.ts';
import type { SerializedError } from '../../../shared/errors/thaw-error.ts';
import type { TrainerJob } from '../protocol.ts';

/** What steps are tried of; `runDirectory` is a folder of its own, which nobody needs afterwards. */
export type SearchJob = Omit<TrainerJob, 'runId' | 'resume'>;

export interface RateJob extends SearchJob {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

export interface BatchJob extends SearchJob {
  readonly from: number;
  readonly to: number;
  /** Timed ones of each size. */
  readonly steps: number;
}

/** Its plan is `thawedPlan` of the run's, and names the checkpoint that is looked at as its weights. */
export interface GradientJob extends SearchJob {
  /** At most so many training images are looked at. */
  readonly images: number;
  /** What decided which layers the run trained, where the plan thaws them all. */
  readonly trained: Pick<TrainingPlan, 'strategy' | 'rules'>;
}

/** What one layer would have to learn. */
export interface LayerGradient {
  readonly layer: string;
  readonly block: string;
  /** Whether it learnt under the plan's own rules. */
  readonly trained: boolean;
  readonly parameters: number;
  /** Of the loss by the layer's weights: the sum of their squares, meaned over batches. */
  readonly gradientSquares: number;
  readonly weightSquares: number;
}

export interface Gradients {
  /** From the input to the output. */
  readonly layers: readonly LayerGradient[];
  readonly loss: number;
  readonly images: number;
}

/** What each request is asked and answers; what the engine adds is not yet in it. */
export interface Searches {
  readonly rate: { readonly job: RateJob; readonly answer: Omit<RateSearch, 'warnings' | 'optimizer'> };
  readonly batchSize: { readonly job: BatchJob; readonly answer: Omit<BatchSearch, 'warnings'> };
  readonly gradients: { readonly job: GradientJob; readonly answer: Gradients };
}

export type SearchKind = keyof Searches;

/** Engine to finder. Closing the channel means `stop`. */
export type FinderRequest =
  | { readonly [Kind in SearchKind]: { readonly kind: Kind; readonly job: Searches[Kind]['job'] } }[SearchKind]
  | { readonly kind: 'stop' };

/** Finder to engine; the last message is `found` or `failed`. */
export type FinderMessage =
  | { readonly kind: 'event'; readonly body: RunEventBody }
  | { readonly kind: 'found'; readonly answer: Searches[SearchKind]['answer'] }
  | { readonly kind: 'failed'; readonly error: SerializedError };
