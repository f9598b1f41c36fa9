import type {
  ClassWeights,
  FreezeRule,
  GradientClipping,
  OptimizerPlan,
  SchedulePlan,
  TrainingPlan,
} from '../../shared/contract/plan.ts';
import type { RunDetail } from '../../shared/contract/run.ts';
import { writtenRun } from '../run-checkpoint.ts';
import { preprocessingWords } from '../../shared/contract/preprocessing-words.ts';
import { headWords } from '../../shared/contract/head-words.ts';
import { augmentationWords } from '../../shared/contract/augmentation-words.ts';
import { taskWords } from '../../shared/contract/task-words.ts';
import { printable } from './format.ts';
import { stepsRows } from './steps-rows.ts';
import { table } from './table.ts';

const RULE_WORDS: Readonly<Record<FreezeRule['action'], string>> = {
  freeze: 'freeze',
  thaw: 'thaw',
  freezeStatistics: 'freeze statistics',
  thawStatistics: 'thaw statistics',
};

/** An optimizer's settings that are told by their names. */
const FIGURES: ReadonlySet<string> = new Set(['beta1', 'beta2', 'rho', 'epsilon', 'initialAccumulator']);

function optimizerWords(optimizer: OptimizerPlan): string {
  const momentum = 'momentum' in optimizer ? `, momentum ${optimizer.momentum}` : '';
  const nesterov = optimizer.kind === 'sgd' && optimizer.nesterov ? ' (Nesterov)' : '';
  const centered = optimizer.kind === 'rmsprop' && optimizer.centered ? ' (centered)' : '';
  const figures = Object.entries(optimizer)
    .filter(([name]) => FIGURES.has(name))
    .map(([name, value]) => `, ${name} ${value}`);
  return `${optimizer.kind}, learning rate ${optimizer.learningRate}${momentum}${nesterov}${centered}${figures.join('')}`;
}

function classWeightWords(weights: ClassWeights): string {
  if (weights.kind === 'balanced') return 'balanced';
  return Object.entries(weights.weights)
    .map(([name, weight]) => `${name} ${weight}`)
    .join(', ');
}

const CLIPPING_WORDS: Readonly<Record<GradientClipping['kind'], string>> = {
  value: 'each element',
  norm: 'the norm of each tensor',
  globalNorm: 'the norm of all together',
};

function scheduleWords(schedule: SchedulePlan): string {
  switch (schedule.kind) {
    case 'constant':
      return schedule.kind;
    case 'step':
      return `step, times ${schedule.factor} every ${schedule.epochs} epochs`;
    case 'exponential':
      return `exponential, times ${schedule.factor} an epoch`;
    case 'inverseTime':
      return `inverse time, decay ${schedule.decay}`;
    case 'cosine':
      return `cosine, down to ${schedule.floor} times the rate`;
    case 'plateau':
      return `plateau of ${schedule.monitor}, times ${schedule.factor} after ${schedule.patience} epochs, down to ${schedule.floor} times the rate`;
  }
}

function precisionWords({ frozen, trainable }: TrainingPlan['precision']): string {
  return frozen === trainable ? frozen : `${frozen} in the frozen prefix, ${trainable} above it`;
}

/** What a plan does beyond the usual. */
function extraLines({
  weightDecay,
  l1,
  loss,
  labelSmoothing,
  classWeights,
  sampling,
  gradientClipping,
  schedule,
  warmupEpochs,
  learningRateRules,
  precision,
  device,
  introspectionInterval,
  head,
  headDesign,
  newHead,
  weights,
  preprocessing,
  augmentation,
  earlyStopping,
  task,
}: TrainingPlan): readonly (readonly [string, string])[] {
  const designed = headWords(headDesign);
  const learnt = taskWords(task);
  return [
    ...(learnt === null ? [] : [['learns', learnt] as const]),
    ...(weightDecay === 0 ? [] : [['weight decay', String(weightDecay)] as const]),
    ...(l1 === 0 ? [] : [['L1 penalty', String(l1)] as const]),
    ...(loss === 'crossEntropy' ? [] : [['loss', 'mean squared error'] as const]),
    ...(labelSmoothing === 0 ? [] : [['label smoothing', String(labelSmoothing)] as const]),
    ...(classWeights ? [['class weights', classWeightWords(classWeights)] as const] : []),
    ...(sampling === 'natural'
      ? []
      : [['sampling', sampling === 'random' ? 'any image each time' : 'each class equally often'] as const]),
    ...(gradientClipping
      ? [['gradients', `${CLIPPING_WORDS[gradientClipping.kind]} at most ${gradientClipping.limit}`] as const]
      : []),
    ...(schedule.kind === 'constant' ? [] : [['schedule', scheduleWords(schedule)] as const]),
    ...(warmupEpochs === 0 ? [] : [['warm-up', warmupEpochs === 1 ? '1 epoch' : `${warmupEpochs} epochs`] as const]),
    ...learningRateRules.map(({ pattern, factor }) => ['rate', `times ${factor} in ${pattern}`] as const),
    ...(precision.frozen === 'float32' && precision.trainable === 'float32'
      ? []
      : [['precision', precisionWords(precision)] as const]),
    ...(device === 'auto' ? [] : [['computed on', device] as const]),
    ...(introspectionInterval === 0 ? [] : [['layers', `looked into every ${introspectionInterval} steps`] as const]),
    ...(head === 'softmax' ? [] : [['head', head] as const]),
    ...(designed === null ? [] : [['head design', designed] as const]),
    ...(newHead && weights.kind !== 'none' ? [['head', 'begins anew'] as const] : []),
    ...(preprocessing ? [['images', preprocessingWords(preprocessing)] as const] : []),
    ...(augmentation ? [['training images', augmentationWords(augmentation)] as const] : []),
    ...(earlyStopping
      ? [['early stopping', `${earlyStopping.monitor}, patience ${earlyStopping.patience}`] as const]
      : []),
  ];
}

/** Which images trained. */
function splitWords({ split, validationShare, groupPattern }: TrainingPlan): string {
  const percent = (part: number): string => `${Number((part * 100).toFixed(2))} %`;
  const share = `${percent(validationShare)} of each class validate`;
  const words = {
    given: `as the dataset says; ${share} where it does not`,
    share: `anew; ${share}${split.kind === 'share' && split.testShare > 0 ? `, ${percent(split.testShare)} test` : ''}`,
    folds: split.kind === 'folds' ? `fold ${split.fold} of ${split.folds} validates` : '',
  }[split.kind];
  return groupPattern === null ? words : `${words}; together: ${printable(groupPattern)}`;
}

/** Where the weights come from; of a fused network a row for each part. */
function weightsRows(weights: TrainingPlan['weights']): readonly (readonly [string, string])[] {
  switch (weights.kind) {
    case 'fused':
      return weights.parts.flatMap(weightsRows);
    case 'file':
      return [['weights', weights.path], ...(weights.mapping ?? []).map((rule) => ['map', rule] as const)];
    case 'run':
      return [['weights', writtenRun(weights.runId, weights.checkpoint)]];
    case 'shipped':
    case 'none':
      return [['weights', weights.kind]];
  }
}

/** The plan of a run, and where it was made. */
export function planLines({ plan, environment, parentRunId }: RunDetail): string[] {
  const { optimizer, weights, dataset } = plan;
  const rows: (readonly [string, string])[] = [
    ['dataset', dataset.kind === 'sample' ? 'the sample that ships with Thaw' : dataset.path],
    ...weightsRows(weights),
    ['strategy', plan.strategy],
    ...plan.rules.map((rule) => [RULE_WORDS[rule.action], rule.pattern] as const),
    ['epochs', String(plan.epochs)],
    ['batch', `${plan.batchSize} (evaluation ${plan.evaluationBatchSize})`],
    ['optimizer', optimizerWords(optimizer)],
    ...stepsRows(plan),
    ...extraLines(plan),
    ['split', splitWords(plan)],
    ['seed', String(plan.seed)],
  ];
  if (parentRunId !== null) rows.push(['from run', parentRunId]);
  if (environment) {
    rows.push(['device', `${environment.device}, ${environment.cpu}, ${environment.cores} cores, ${environment.os}`]);
    rows.push([
      'made with',
      `Thaw ${environment.thaw}, TensorFlow ${environment.tensorflow}, Node ${environment.node}`,
    ]);
  }
  return table(rows.map(([name, value]) => [`  ${name}`, printable(value)]));
}
