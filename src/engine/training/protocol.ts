import type { CheckpointChoice } from '../../shared/contract/checkpoint.ts';
import type { Prediction } from '../../shared/contract/endpoint.ts';
import type { ConfusionCell } from '../../shared/contract/evaluation.ts';
import type { RunEventBody } from '../../shared/contract/event.ts';
import type { TrainingPlan, TrainingStage } from '../../shared/contract/plan.ts';
import type {
  DatasetSummary,
  EpochMetrics,
  FrozenProof,
  LayerState,
  LoadReport,
  RunResult,
  RunStage,
} from '../../shared/contract/run.ts';
import type { SerializedError } from '../../shared/errors/thaw-error.ts';
import type { Split } from '../dataset/dataset.ts';
import type { TensorHistogram } from './histograms.ts';
import type { LayerFigures } from './introspect.ts';
import type { MemoryNeed } from './memory.ts';

/** What the trainer process is told: everything it needs, so that it opens neither the log nor the settings. */
export interface TrainerJob {
  readonly runId: string;
  readonly plan: TrainingPlan;
  /** The folder of this run under THAW_HOME: checkpoints and what else it leaves. */
  readonly runDirectory: string;
  /** THAW_CACHE: features and decoded images live below it. */
  readonly cacheDirectory: string;
  /** Bytes that features may take there, and decoded images as many again; the usual limit where it is left out. */
  readonly cacheLimitBytes?: number | undefined;
  /** The folder the `run` weights source points to: that run's directory; null otherwise. */
  readonly sourceRunDirectory: string | null;
  /** The same for each part of the `fused` weights source; none otherwise. */
  readonly partRunDirectories?: readonly (string | null)[] | undefined;
  /** The folder of the run whose head the plan names; none otherwise. */
  readonly headRunDirectory?: string | undefined;
  /** True continues from the last checkpoint in `runDirectory`. */
  readonly resume: boolean;
  /** True goes on with the optimizer's state too, of the checkpoint that the `run` weights source means, where it fits. */
  readonly keepsOptimizer?: boolean | undefined;
  /** The folder of the run that this one repeats: the dataset is laid out and edited as that one began with it. */
  readonly repeatedRunDirectory?: string | undefined;
  /** SHA-256 of the weights that the repeated run began with; left out where it was given none. */
  readonly repeatedWeights?: string | undefined;
  /**
   * THAW_HOME, whose index knows the dataset's files and what was decided of them, which a resumed run takes from its own
   * folder; left out, all are read and nothing is decided.
   */
  readonly home?: string | undefined;
}

/** What is asked of a predictor: always of the same checkpoint of a run, one job after the other. */
export interface PredictJob {
  readonly runDirectory: string;
  readonly checkpoint: CheckpointChoice;
  /** Of the run's plan, but for a precision that was asked for: what each layer is to be computed in. */
  readonly plan: Pick<TrainingPlan, 'strategy' | 'rules' | 'precision'>;
  readonly images: readonly string[];
  readonly top: number;
}

/** Engine to trainer, over the fork's own channel. Closing the channel means `stop`. */
export type TrainerRequest =
  | { readonly kind: 'train'; readonly job: TrainerJob }
  /** `pause` holds the run after the step under way, until `continue` or `stop`. */
  | { readonly kind: 'pause' | 'continue' | 'stop' }
  /** Puts other stages in the place of those from `from` on; answered by `stagesEdited`. */
  | { readonly kind: 'stages'; readonly from: number; readonly stages: readonly TrainingStage[] };

/** What a run consisted of, known once everything is loaded and before the first step. */
export interface RunPrepared {
  readonly dataset: DatasetSummary;
  readonly loadReport: LoadReport | null;
  /** The stage that it begins or goes on with; 0, as in a run of one piece, where it is left out. */
  readonly stage?: number | undefined;
  /** Of that stage. */
  readonly layers: readonly LayerState[];
  readonly parameters: { readonly trainable: number; readonly frozen: number };
  readonly tensorflow: string;
  readonly device: string;
}

/** What the checkpoint that a run goes on from knows of the epochs before it; told before the first step. */
export interface RunResumed {
  readonly history: readonly EpochMetrics[];
  readonly bestEpoch: number | null;
  readonly baseline: Pick<EpochMetrics, 'val_loss' | 'val_accuracy'> | null;
}

/** A checkpoint that stands complete on disk. */
export interface CheckpointWritten {
  readonly kind: 'last' | 'best';
  readonly epoch: number;
  readonly step: number;
  /** Relative to the run's folder. */
  readonly path: string;
  readonly bytes: number;
}

/** What the best checkpoint made of the images of a split; of each of them it stands in a file. */
export interface EvaluationKept {
  readonly split: Split;
  readonly epoch: number;
  readonly step: number;
  /** Relative to the run's folder, with `/`. */
  readonly path: string;
  readonly images: number;
  readonly accuracy: number;
  readonly loss: number;
  readonly confusion: readonly ConfusionCell[];
}

/** What came of a stage. */
export type StageEnded = Pick<RunStage, 'stage' | 'lastEpoch' | 'bestEpoch' | 'ending'>;

/** Trainer to engine. */
export type TrainerMessage =
  | { readonly kind: 'event'; readonly body: RunEventBody }
  /** What the run is estimated to take, told before it takes it: should the system end the trainer for it, the engine knows. */
  | { readonly kind: 'memory'; readonly memory: MemoryNeed }
  | { readonly kind: 'prepared'; readonly prepared: RunPrepared }
  | { readonly kind: 'resumed'; readonly resumed: RunResumed }
  | { readonly kind: 'checkpoint'; readonly checkpoint: CheckpointWritten }
  /** What a step was asked about its layers. */
  | { readonly kind: 'layers'; readonly epoch: number; readonly step: number; readonly layers: readonly LayerFigures[] }
  /** How the values of the head and the logits were spread at a step. */
  | {
      readonly kind: 'histograms';
      readonly epoch: number;
      readonly step: number;
      readonly histograms: readonly TensorHistogram[];
    }
  /** The run holds, its checkpoint written; and it goes on. */
  | { readonly kind: 'paused' | 'continued' }
  /** For the run's own log, and no reason to worry. */
  | { readonly kind: 'note'; readonly text: string }
  /** Which plan the run goes on with now; null where the stage has begun already. */
  | { readonly kind: 'stagesEdited'; readonly plan: TrainingPlan | null }
  /** A stage of a run that has several is over. */
  | { readonly kind: 'stageEnded'; readonly ended: StageEnded }
  | { readonly kind: 'proof'; readonly stage?: number | undefined; readonly proof: readonly FrozenProof[] }
  | { readonly kind: 'evaluation'; readonly evaluation: EvaluationKept }
  | { readonly kind: 'ended'; readonly result: Omit<RunResult, 'runId'> }
  | { readonly kind: 'failed'; readonly error: SerializedError };

/** What a predictor tells of one file. */
export type FilePrediction = Omit<Prediction, 'imageId'>;

/** Predictor to engine: one message for each job, in their order. */
export type PredictorMessage =
  | { readonly kind: 'predictions'; readonly predictions: readonly FilePrediction[] }
  | { readonly kind: 'failed'; readonly error: SerializedError };
