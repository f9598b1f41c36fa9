import { takesImagesAsTheyAre, type LearningTask } from '../../shared/contract/learning-task.ts';
import type { OptimizerPlan, TrainingPlan, TrainingStage } from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { layerStages } from '../network/decoder.ts';
import { DEFAULT_NETWORK, findNetwork } from '../network/registry.ts';
import type { ResolvedPlanRequest } from './resolve-references.ts';

type SelfTask = Exclude<LearningTask, { kind: 'classify' }>;

const WORDS: Readonly<Record<SelfTask['kind'], string>> = {
  autoencoder: 'An autoencoder',
  rotation: 'Telling turns apart',
  corruption: 'Telling corrupted images apart',
  pairs: 'Telling pairs apart',
  ranking: 'Ranking images above corrupted ones',
};

/** What a task does not go with: what is said of it, and what to do. */
type Contradiction = readonly [isWrong: boolean, rule: string, hint: string];

/** What contradicts any task that learns no classes of the dataset. */
function general(task: SelfTask, request: ResolvedPlanRequest): readonly Contradiction[] {
  const { augmentation } = request;
  const pixels = findNetwork(request.network ?? DEFAULT_NETWORK).preprocessing;
  return [
    [
      request.dataset?.kind === 'features',
      'looks at images; received features of some',
      'Open the folder that the features were taken of.',
    ],
    [
      request.strategy === 'features',
      "is for what lies below the head; the strategy 'features' trains the head alone",
      "Choose the strategy 'scratch', or 'finetune' with weights to begin with.",
    ],
    [request.classWeights != null, 'learns no classes of the dataset; received class weights', 'Leave them out.'],
    [request.headWeights != null, 'has a head of its own; received one of another run', 'Leave it out.'],
    [
      request.sampling === 'balanced',
      'learns no classes of the dataset; received balanced sampling',
      "Choose the sampling 'natural' or 'random'.",
    ],
    [
      (augmentation?.variants ?? 0) > 0,
      'computes nothing once for each image; received variants to be kept',
      'Leave the variants out: images are then augmented at each step.',
    ],
    [
      request.head === 'sigmoid' && task.kind !== 'corruption',
      'has no two classes; received a sigmoid head',
      'Leave the head out.',
    ],
    [
      task.kind === 'rotation' && pixels.height !== pixels.width,
      `turns square images by quarters; '${request.network ?? DEFAULT_NETWORK}' takes ${pixels.height} x ${pixels.width}`,
      'Choose a network of square images.',
    ],
  ];
}

/** What contradicts a task whose loss is its own. */
function ofOwnLoss(task: SelfTask, request: ResolvedPlanRequest): readonly Contradiction[] {
  if (task.kind === 'rotation' || task.kind === 'corruption') return [];
  const { augmentation } = request;
  return [
    [
      request.loss === 'meanSquaredError',
      'has a loss of its own; received the mean squared error of probabilities',
      'Leave the loss out.',
    ],
    [(request.labelSmoothing ?? 0) > 0, 'has no labels to smooth', 'Leave label smoothing out.'],
    [
      (augmentation?.mixup ?? 0) > 0 || (augmentation?.cutmix ?? 0) > 0,
      'has no labels to mix; received mixup or CutMix',
      'Leave them out.',
    ],
  ];
}

/** What contradicts a reconstruction. */
function ofAutoencoder(task: SelfTask, request: ResolvedPlanRequest): readonly Contradiction[] {
  if (task.kind !== 'autoencoder') return [];
  const { schedule, earlyStopping, headDesign, stages = [] } = request;
  const monitors = [
    earlyStopping?.monitor,
    schedule?.kind === 'plateau' ? schedule.monitor : undefined,
    ...stages.flatMap((stage) => [
      stage.earlyStopping?.monitor,
      stage.schedule?.kind === 'plateau' ? stage.schedule.monitor : undefined,
    ]),
  ];
  const isDesigned =
    headDesign !== undefined &&
    (headDesign.base != null ||
      (headDesign.hidden ?? []).length > 0 ||
      (headDesign.pooling ?? 'average') !== 'average' ||
      (headDesign.temperature ?? 1) !== 1);
  return [
    [
      monitors.includes('val_accuracy'),
      'has an error and no accuracy; received val_accuracy to look at',
      'Let it look at val_loss.',
    ],
    [isDesigned, 'ends in a decoder; received a head', 'Leave the head out.'],
    [(request.dropout ?? 0) > 0, 'has a decoder in place of a head; received dropout before it', 'Give noise instead.'],
    [
      takesImagesAsTheyAre(task) && request.augmentation != null,
      'layer by layer takes what the layers below give, which is computed once; received augmentation',
      'Leave it out, or let all layers learn at once.',
    ],
  ];
}

/**
 * What a plan learns.
 *
 * @throws ThawError `usage.invalid` for what makes no sense with it
 */
export function completeTask(request: ResolvedPlanRequest): LearningTask {
  const task = request.task ?? { kind: 'classify' };
  if (task.kind === 'classify') return task;
  const [, rule, hint] =
    [...general(task, request), ...ofOwnLoss(task, request), ...ofAutoencoder(task, request)].find(
      ([isWrong]) => isWrong,
    ) ?? [];
  if (rule === undefined) return task;
  throw new ThawError('usage.invalid', `${WORDS[task.kind]} ${rule}.`, hint ?? '');
}

/** The optimizer where nothing is said of it: the error of pixels is small, and so are its gradients. */
export function usualOptimizer(task: LearningTask, asked: TrainingPlanRequest['optimizer']): OptimizerPlan['kind'] {
  const isSgd = asked?.momentum !== undefined || asked?.nesterov === true;
  return task.kind === 'autoencoder' && !isSgd ? 'adam' : 'sgd';
}

/**
 * A stage for each layer of an autoencoder that learns layer by layer: it and its decoder train, all that lies below stays as
 * it has become. None for any other plan.
 *
 * @param plan whose epochs are those of each layer
 * @throws ThawError `usage.invalid` for stages or rules of another kind, and for a network that is no chain of layers
 */
export function stagesOfTask(
  plan: TrainingPlan,
  { rules = [], stages = [] }: Pick<ResolvedPlanRequest, 'rules' | 'stages'>,
): readonly TrainingStage[] {
  const { task } = plan;
  if (task.kind !== 'autoencoder' || !task.layerwise) return [];
  const found = layerStages(findNetwork(plan.network).build());
  const own = found.map(({ name, trains }, index): TrainingStage => ({
    name,
    strategy: index === 0 ? plan.strategy : 'finetune',
    rules: [{ action: 'freeze', pattern: '/./' }, ...trains.map((pattern) => ({ action: 'thaw' as const, pattern }))],
    epochs: stages[index]?.epochs ?? plan.epochs,
    learningRate: stages[index]?.learningRate ?? plan.optimizer.learningRate,
    learningRateRules: [],
    schedule: plan.schedule,
    warmupEpochs: plan.warmupEpochs,
    earlyStopping: plan.earlyStopping,
    begins: 'best',
  }));
  const isOther =
    stages.length > 0 && stages.map(({ name }) => name).join('\0') !== own.map(({ name }) => name).join('\0');
  const isRuled = rules.length > 0 && JSON.stringify(rules) !== JSON.stringify(own[0]?.rules);
  if (!isOther && !isRuled && plan.learningRateRules.length === 0) return own;
  throw new ThawError(
    'usage.invalid',
    `Layer by layer each layer trains alone, one after the other (${found.map(({ name }) => name).join(', ')}); received ${isOther ? 'other stages' : 'rules of its own'}.`,
    'Leave them out; epochs are those of each layer.',
  );
}
