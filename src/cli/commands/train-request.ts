import type {
  ClassWeights,
  DatasetSource,
  EarlyStoppingPlan,
  FreezeRule,
  GradientClipping,
  Head,
  LearningRateRule,
  Loss,
  OptimizerPlan,
  Precision,
  Sampling,
} from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { givenPath } from '../given-path.ts';
import { scheduleRequest, type ScheduleFlags } from './schedule-request.ts';
import { preprocessingRequest, type PreprocessingFlags } from './preprocessing-flags.ts';
import { augmentationRequest, type AugmentationFlags } from './augmentation-flags.ts';
import { headRequest, type HeadFlags } from './head-flags.ts';
import { folderSource, type StructureFlags } from './dataset-flags.ts';
import { splitRequest, type SplitFlags } from './split-flags.ts';
import { stepsRequest, type StepsFlags } from './steps-flags.ts';
import { taskRequest, type TaskFlags } from './task-flags.ts';
import { namedWeights, type WeightsFlags } from './weights-source.ts';

/** What `thaw train` was given, rules and `--json` apart. */
export interface TrainFlags
  extends
    AugmentationFlags,
    HeadFlags,
    PreprocessingFlags,
    ScheduleFlags,
    SplitFlags,
    StepsFlags,
    StructureFlags,
    TaskFlags,
    WeightsFlags {
  readonly dataset?: string;
  readonly features?: string;
  readonly network?: string;
  readonly strategy?: 'features' | 'finetune' | 'scratch';
  readonly batch?: number;
  readonly batchEval?: number;
  readonly optimizer?: OptimizerPlan['kind'];
  readonly lr?: number;
  readonly momentum?: number;
  readonly nesterov?: true;
  readonly centered?: true;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly rho?: number;
  readonly epsilon?: number;
  readonly initialAccumulator?: number;
  readonly weightDecay?: number;
  readonly l1?: number;
  readonly loss?: Loss;
  readonly labelSmoothing?: number;
  readonly classWeights?: ClassWeights;
  /** At most one of the three. */
  readonly clipValue?: number;
  readonly clipNorm?: number;
  readonly clipGlobalNorm?: number;
  /** In epochs. */
  readonly warmup?: number;
  readonly earlyStopping?: number;
  readonly monitor?: EarlyStoppingPlan['monitor'];
  readonly sampling?: Sampling;
  readonly head?: Head;
  readonly newHead?: true;
  readonly precision?: Precision;
  readonly frozenPrecision?: Precision;
  readonly device?: string;
  /** In steps; 0 for never. */
  readonly introspect?: number;
  readonly seed?: number;
}

/** Features are given instead of images. */
function datasetSource(flags: TrainFlags): DatasetSource | undefined {
  const { features } = flags;
  if (features !== undefined) return { kind: 'features', path: givenPath(features) };
  return folderSource(flags);
}

function clipping({ clipValue, clipNorm, clipGlobalNorm }: TrainFlags): GradientClipping | undefined {
  if (clipValue !== undefined) return { kind: 'value', limit: clipValue };
  if (clipNorm !== undefined) return { kind: 'norm', limit: clipNorm };
  return clipGlobalNorm === undefined ? undefined : { kind: 'globalNorm', limit: clipGlobalNorm };
}

/** @throws ThawError `usage.invalid` for a monitor of nothing */
function earlyStopping({ earlyStopping: patience, monitor }: TrainFlags): EarlyStoppingPlan | undefined {
  if (patience !== undefined) return { monitor: monitor ?? 'val_loss', patience };
  if (monitor === undefined) return undefined;
  throw new ThawError(
    'usage.invalid',
    `--monitor says what early stopping looks at; received --monitor ${monitor} without --early-stopping.`,
    'Pass --early-stopping with a number of epochs as well, or leave --monitor out.',
  );
}

/** What is asked of the engine; what was not given is left out, for the engine to fill in. */
export function planRequest(
  flags: TrainFlags,
  rules: FreezeRule[],
  learningRateRules: LearningRateRule[],
): TrainingPlanRequest {
  const { network, strategy, batch, batchEval, optimizer, seed, head, newHead } = flags;
  const { lr, momentum, nesterov, centered, beta1, beta2, rho, epsilon, initialAccumulator } = flags;
  const { weightDecay, l1, loss, labelSmoothing, classWeights, warmup } = flags;
  const { precision: trainable, frozenPrecision: frozen = trainable } = flags;
  const dataset = datasetSource(flags);
  const augmented = augmentationRequest(flags);
  const preprocessing = preprocessingRequest(flags);
  const stopping = earlyStopping(flags);
  const gradientClipping = clipping(flags);
  const schedule = scheduleRequest(flags);
  const headDesign = headRequest(flags);
  const optimizerRequest = {
    ...(optimizer !== undefined && { kind: optimizer }),
    ...(lr !== undefined && { learningRate: lr }),
    ...(momentum !== undefined && { momentum }),
    ...(nesterov !== undefined && { nesterov }),
    ...(centered !== undefined && { centered }),
    ...(beta1 !== undefined && { beta1 }),
    ...(beta2 !== undefined && { beta2 }),
    ...(rho !== undefined && { rho }),
    ...(epsilon !== undefined && { epsilon }),
    ...(initialAccumulator !== undefined && { initialAccumulator }),
  };
  return {
    ...splitRequest(flags),
    ...stepsRequest(flags),
    ...taskRequest(flags),
    rules,
    learningRateRules,
    optimizer: optimizerRequest,
    ...(dataset !== undefined && { dataset }),
    ...(network !== undefined && { network }),
    ...namedWeights(flags),
    ...(strategy !== undefined && { strategy }),
    ...(batch !== undefined && { batchSize: batch }),
    ...(batchEval !== undefined && { evaluationBatchSize: batchEval }),
    ...(weightDecay !== undefined && { weightDecay }),
    ...(l1 !== undefined && { l1 }),
    ...(gradientClipping !== undefined && { gradientClipping }),
    ...(loss !== undefined && { loss }),
    ...(labelSmoothing !== undefined && { labelSmoothing }),
    ...(classWeights !== undefined && { classWeights }),
    ...(flags.sampling !== undefined && { sampling: flags.sampling }),
    ...(schedule !== undefined && { schedule }),
    ...(warmup !== undefined && { warmupEpochs: warmup }),
    ...(preprocessing !== undefined && { preprocessing }),
    ...(augmented !== undefined && { augmentation: augmented }),
    ...(stopping !== undefined && { earlyStopping: stopping }),
    ...(frozen !== undefined && { precision: { frozen, ...(trainable !== undefined && { trainable }) } }),
    ...(flags.device !== undefined && { device: flags.device }),
    ...(flags.introspect !== undefined && { introspectionInterval: flags.introspect }),
    ...(head !== undefined && { head }),
    ...(headDesign !== undefined && { headDesign }),
    ...(flags.dropout !== undefined && { dropout: flags.dropout }),
    ...(newHead !== undefined && { newHead }),
    ...(seed !== undefined && { seed }),
  };
}
