import type { CheckpointChoice } from '../../../shared/contract/checkpoint.ts';
import type { EvaluationReport } from '../../../shared/contract/evaluate.ts';
import type { ConfusionCell } from '../../../shared/contract/evaluation.ts';
import type { DatasetSource } from '../../../shared/contract/plan.ts';
import type { SerializedError } from '../../../shared/errors/thaw-error.ts';
import type { Split } from '../../dataset/dataset.ts';
import type { TrainerJob } from '../protocol.ts';

/** What is evaluated: a split of the run's own dataset, or all of a folder. */
export type EvaluationTarget =
  { readonly kind: 'split'; readonly split: Split } | { readonly kind: 'folder'; readonly source: DatasetSource };

/** What an evaluator is told: everything it needs, so that it opens no log. */
export interface EvaluationJob extends Pick<
  TrainerJob,
  'plan' | 'runDirectory' | 'cacheDirectory' | 'cacheLimitBytes' | 'home'
> {
  readonly checkpoint: CheckpointChoice;
  readonly on: EvaluationTarget;
  /** A split, or in its place what the file of a folder is called by. */
  readonly name: string;
  /** Of the file, as `PredictionsAbout` has it. */
  readonly token: string;
  /** A folder for the program, which whoever asks removes. */
  readonly scratch: string;
}

/** What came of it; of each image it stands in a file. */
export interface EvaluationDone extends Pick<EvaluationReport, 'leftOut' | 'warnings'> {
  readonly epoch: number;
  readonly step: number;
  /** Relative to the run's folder, with `/`. */
  readonly path: string;
  readonly images: number;
  readonly accuracy: number;
  /** The mean cross-entropy, in nats. */
  readonly loss: number;
  readonly confusion: readonly ConfusionCell[];
  /** Whether the dataset is not the one that the run began with, for a split of it. */
  readonly changed: boolean;
  /** As `imagesKey` tells which images they were. */
  readonly imagesKey: string;
}

/** Evaluator to engine; the last one is `answered` or `failed`. */
export type EvaluatorMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly detail: string }
  | { readonly kind: 'answered'; readonly answer: EvaluationDone }
  | { readonly kind: 'failed'; readonly error: SerializedError };
