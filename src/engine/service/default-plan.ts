import { isFeatureNetwork } from '../../shared/contract/features.ts';
import { usualStrategy } from '../../shared/contract/learning-task.ts';
import {
  PLAN_SCHEMA_VERSION,
  type OptimizerPlan,
  type Sampling,
  type Strategy,
  type TrainingPlan,
  type WeightsSource,
} from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { DEFAULT_NETWORK, findNetwork, type NetworkEntry } from '../network/registry.ts';
import { completeAugmentation } from './complete-augmentation.ts';
import { completeStages, planInStages } from './complete-stages.ts';
import { completeFused } from './complete-fused.ts';
import { completeHead } from './complete-head.ts';
import { completePreprocessing } from './complete-preprocessing.ts';
import { completeSchedule } from './complete-schedule.ts';
import { completeTask, stagesOfTask, usualOptimizer } from './complete-task.ts';
import type { ResolvedPlanRequest } from './resolve-references.ts';

interface StrategyDefaults {
  readonly epochs: number;
  readonly dropout: number;
  readonly learningRate: Readonly<Record<OptimizerPlan['kind'], number>>;
}

/** Steps of these optimizers do not grow with the gradient, so that one rate serves every strategy. */
const ADAPTIVE = { adam: 0.001, adamw: 0.001, rmsprop: 0.001, adagrad: 0.01, adadelta: 1 } as const;
/** In steps; what it costs is measured by `npm run bench -- introspection`. */
const INTROSPECTION_INTERVAL = 50;
/** As in PyTorch; without any decay AdamW would be Adam. */
const ADAMW_WEIGHT_DECAY = 0.01;

/**
 * With these ants and bees reach 0.91 by `features` and by `finetune` of the last two blocks (means of 3 seeds). A head alone on few images
 * learns them by heart unless some of its features are dropped.
 */
const DEFAULTS: Readonly<Record<Strategy, StrategyDefaults>> = {
  features: { epochs: 30, dropout: 0.2, learningRate: { sgd: 0.005, ...ADAPTIVE } },
  finetune: { epochs: 15, dropout: 0.2, learningRate: { sgd: 0.005, ...ADAPTIVE } },
  scratch: { epochs: 30, dropout: 0, learningRate: { sgd: 0.01, ...ADAPTIVE } },
};

/** What an optimizer learns at where nothing is said of it. */
export function usualLearningRate(strategy: Strategy, optimizer: OptimizerPlan['kind']): number {
  return DEFAULTS[strategy].learningRate[optimizer];
}

function invalid(message: string, hint: string): ThawError {
  return new ThawError('usage.invalid', message, hint);
}

/** The optimizers that have a setting, by its name; every one has a learning rate. */
const OWNERS = {
  momentum: ['sgd', 'rmsprop'],
  nesterov: ['sgd'],
  centered: ['rmsprop'],
  beta1: ['adam', 'adamw'],
  beta2: ['adam', 'adamw'],
  rho: ['rmsprop', 'adadelta'],
  epsilon: ['adam', 'adamw', 'rmsprop', 'adagrad', 'adadelta'],
  initialAccumulator: ['adagrad'],
} as const satisfies Readonly<Record<string, readonly OptimizerPlan['kind'][]>>;

type OwnSetting = keyof typeof OWNERS;

const SETTING_WORDS: Readonly<Record<OwnSetting, string>> = {
  momentum: 'Momentum',
  nesterov: 'Nesterov momentum',
  centered: 'Centering',
  beta1: 'Beta1',
  beta2: 'Beta2',
  rho: 'Rho',
  epsilon: 'Epsilon',
  initialAccumulator: 'The initial accumulator',
};

/** @throws ThawError `usage.invalid` for a setting of another optimizer; what is off may be said of any */
function expectOwnSettings(kind: OptimizerPlan['kind'], request: TrainingPlanRequest['optimizer']): void {
  for (const [setting, owners] of Object.entries<readonly OptimizerPlan['kind'][]>(OWNERS)) {
    const name = setting as OwnSetting;
    const value = request?.[name];
    if (value === undefined || value === false || owners.includes(kind)) continue;
    const found = value === true ? 'it' : `${name} ${value}`;
    const either = owners.join(' or ');
    throw invalid(
      `${SETTING_WORDS[name]} belongs to the optimizer ${either}; received ${found} with ${kind}.`,
      `Leave it out, or choose ${either}.`,
    );
  }
}

function completeOptimizer(
  request: TrainingPlanRequest['optimizer'],
  defaults: StrategyDefaults,
  usual: OptimizerPlan['kind'],
): OptimizerPlan {
  const kind = request?.kind ?? usual;
  const learningRate = request?.learningRate ?? defaults.learningRate[kind];
  expectOwnSettings(kind, request);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, initialAccumulator = 0.1 } = request ?? {};
  switch (kind) {
    case 'sgd':
      return { kind, learningRate, momentum: request?.momentum ?? 0.9, nesterov: request?.nesterov ?? false };
    case 'adam':
    case 'adamw':
      return { kind, learningRate, beta1, beta2, epsilon };
    case 'rmsprop': {
      const { rho = 0.9, momentum = 0, centered = false } = request ?? {};
      return { kind, learningRate, rho, momentum, epsilon, centered };
    }
    case 'adagrad':
      return { kind, learningRate, initialAccumulator, epsilon };
    case 'adadelta':
      return { kind, learningRate, rho: request?.rho ?? 0.95, epsilon };
  }
}

function completeWeights(
  requested: WeightsSource | undefined,
  strategy: Strategy,
  network: NetworkEntry,
): WeightsSource {
  if (strategy === 'scratch' && network.family === 'graph') {
    throw invalid(
      `A graph from elsewhere is computed as it came, with its own weights; '${network.name}' cannot begin anew.`,
      "Choose --strategy 'features', which trains a head upon it.",
    );
  }
  if (strategy === 'scratch' || isFeatureNetwork(network.name)) return { kind: 'none' };
  const fused = completeFused(requested, network);
  if (fused) return fused;
  if (requested === undefined || requested.kind === 'shipped') {
    if (network.shipped !== null) return { kind: 'shipped' };
    throw invalid(
      `The strategy '${strategy}' needs pretrained weights, and none ship for '${network.name}'.`,
      "Pass --weights FILE or --weights run:ID, or choose --strategy 'scratch'.",
    );
  }
  if (requested.kind === 'none') {
    throw invalid(
      `The strategy '${strategy}' needs pretrained weights; received none.`,
      "Pass --weights FILE or --weights run:ID, or choose --strategy 'scratch'.",
    );
  }
  return requested;
}

/** @throws ThawError `usage.invalid` for classes that are balanced twice; weights that a person gave may stand beside it */
export function completeSampling({
  sampling = 'natural',
  classWeights,
}: Pick<ResolvedPlanRequest, 'sampling' | 'classWeights'>): Sampling {
  if (sampling !== 'balanced' || classWeights?.kind !== 'balanced') return sampling;
  throw invalid(
    'Balanced sampling shows each class equally often; received balanced class weights with it, which would favour rare classes twice.',
    'Leave one of the two out, or give the class weights as numbers.',
  );
}

/** What was asked for and comes to nothing, in words. */
export function planWarnings(request: ResolvedPlanRequest, plan: TrainingPlan): readonly string[] {
  const warnings: string[] = [];
  if (plan.strategy === 'scratch' && request.weights !== undefined && request.weights.kind !== 'none') {
    warnings.push("The strategy 'scratch' starts every layer anew: the weights given are not read.");
  }
  if (plan.weights.kind === 'none' && plan.reuse !== null && !isFeatureNetwork(plan.network)) {
    warnings.push(`Every layer starts anew: those to reuse (${plan.reuse}) are not loaded.`);
  }
  // Of stages each has a warm-up of its own: see `check-stages`.
  if (plan.stages.length === 0 && plan.warmupEpochs >= plan.epochs) {
    warnings.push(
      `The warm-up takes ${plan.warmupEpochs} epochs, and the run ends after ${plan.epochs}: no schedule follows it.`,
    );
  }
  return warnings;
}

/**
 * Fills in what a caller left out, by strategy, so that the plan in the log says everything.
 *
 * @throws ThawError `network.unknown`, or `usage.invalid` for choices that contradict each other
 */
export function completePlan(request: ResolvedPlanRequest): TrainingPlan {
  const task = completeTask(request);
  const asked = request.strategy ?? usualStrategy(request);
  // The weights are those that its first stage begins with.
  const strategy = request.stages?.[0]?.strategy ?? asked;
  const network = findNetwork(request.network ?? DEFAULT_NETWORK);
  const defaults = DEFAULTS[strategy];
  const plan: TrainingPlan = {
    schemaVersion: PLAN_SCHEMA_VERSION,
    dataset: request.dataset ?? { kind: 'sample' },
    network: network.name,
    weights: completeWeights(request.weights, strategy, network),
    reuse: request.reuse ?? null,
    headWeights: request.headWeights ?? null,
    evaluateFirst: request.evaluateFirst ?? request.headWeights != null,
    task,
    classes: request.classes ?? null,
    trainingImagesPerClass: request.trainingImagesPerClass ?? null,
    strategy,
    rules: request.rules ?? [],
    epochs: request.epochs ?? defaults.epochs,
    stepsPerEpoch: request.stepsPerEpoch ?? null,
    stages: [],
    batchSize: request.batchSize ?? 32,
    evaluationBatchSize: request.evaluationBatchSize ?? 64,
    evaluationImages: request.evaluationImages ?? null,
    optimizer: completeOptimizer(request.optimizer, defaults, usualOptimizer(task, request.optimizer)),
    weightDecay: request.weightDecay ?? (request.optimizer?.kind === 'adamw' ? ADAMW_WEIGHT_DECAY : 0),
    l1: request.l1 ?? 0,
    gradientClipping: request.gradientClipping ?? null,
    loss: request.loss ?? 'crossEntropy',
    labelSmoothing: request.labelSmoothing ?? 0,
    classWeights: request.classWeights ?? null,
    sampling: completeSampling(request),
    schedule: completeSchedule(request.schedule),
    warmupEpochs: request.warmupEpochs ?? 0,
    learningRateRules: request.learningRateRules ?? [],
    head: request.head ?? 'softmax',
    headDesign: completeHead(request.headDesign),
    newHead: request.newHead ?? false,
    preprocessing: completePreprocessing(request.preprocessing, network),
    augmentation: completeAugmentation(request.augmentation),
    earlyStopping: request.earlyStopping ?? null,
    precision: {
      frozen: request.precision?.frozen ?? 'float32',
      trainable: request.precision?.trainable ?? 'float32',
    },
    device: request.device ?? 'auto',
    introspectionInterval: request.introspectionInterval ?? INTROSPECTION_INTERVAL,
    histogramInterval: request.histogramInterval ?? 0,
    logInterval: request.logInterval ?? 0,
    loaderWorkers: request.loaderWorkers ?? null,
    dropout: request.dropout ?? (task.kind === 'autoencoder' ? 0 : defaults.dropout),
    seed: request.seed ?? 42,
    validationShare: request.validationShare ?? 0.2,
    split: request.split ?? { kind: 'given' },
    groupPattern: request.groupPattern ?? null,
  };
  const layerByLayer = stagesOfTask(plan, request);
  if (layerByLayer.length > 0) return planInStages(plan, layerByLayer);
  return planInStages(plan, completeStages(request.stages ?? [], { ...plan, strategy: asked }));
}
