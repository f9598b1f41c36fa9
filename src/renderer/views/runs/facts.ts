import { augmentationWords } from '../../../shared/contract/augmentation-words.ts';
import { preprocessingWords } from '../../../shared/contract/preprocessing-words.ts';
import type { TrainingPlan } from '../../../shared/contract/plan.ts';
import type { Environment, RunDetail } from '../../../shared/contract/run.ts';
import { bytes, count, duration, metric, percent } from '../../strings/format.ts';
import { moment } from '../../strings/moment.ts';
import { runs } from '../../strings/runs.ts';

/** A name and what is known under it. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  /** Names of layers and files, hashes. */
  readonly mono?: boolean;
}

/** Shorter phases are noise. */
const SHORTEST_SHOWN_SECONDS = 0.05;

function known(facts: readonly (Fact | null)[]): Fact[] {
  return facts.filter((fact) => fact !== null);
}

function frozenFact({ result, proof }: RunDetail): string | null {
  const words = runs.facts;
  const { frozenUnchanged, frozenTensors } = result;
  if (frozenUnchanged === null || frozenTensors === null) return null;
  if (frozenTensors === 0) return words.frozenNone;
  if (frozenUnchanged) return words.frozenUnchanged(frozenTensors);
  return words.frozenChanged(proof.filter(({ before, after }) => before !== after).length, frozenTensors);
}

function timeFact(timings: RunDetail['result']['timings']): string | null {
  const shown = Object.entries(timings)
    .filter(([, seconds]) => seconds >= SHORTEST_SHOWN_SECONDS)
    .sort(([, first], [, second]) => second - first)
    .map(([phase, seconds]) => `${runs.phaseTimes[phase] ?? phase} ${duration(seconds)}`);
  return shown.length === 0 ? null : shown.join(' · ');
}

function baselineFact(baseline: RunDetail['result']['baseline']): string | null {
  const words = runs.facts;
  if (baseline === null) return null;
  const { val_loss, val_accuracy, withoutHead } = baseline;
  if (val_accuracy === null) return words.baselineLoss(val_loss);
  return words.baselineAt(val_accuracy, withoutHead?.val_accuracy ?? null);
}

/** What came out; what is not known has no line. */
export function resultFacts(detail: RunDetail): Fact[] {
  const words = runs.facts;
  const { result, summary } = detail;
  const { parameters, dataset } = result;
  const fact = (name: string, value: string | null): Fact | null => (value === null ? null : { name, value });
  const { bestValAccuracy, finalValAccuracy, testAccuracy, imagesPerSecond, peakMemoryBytes, bestEpoch } = result;
  return known([
    fact(words.baseline, baselineFact(result.baseline)),
    fact(words.best, bestValAccuracy === null ? null : words.bestAt(bestValAccuracy, bestEpoch)),
    fact(words.final, finalValAccuracy === null ? null : percent(finalValAccuracy)),
    fact(words.test, testAccuracy === null ? null : words.testAt(testAccuracy)),
    fact(words.parameters, parameters && words.parametersValue(parameters.trainable, parameters.frozen)),
    fact(words.frozen, frozenFact(detail)),
    fact(words.images, dataset && words.imagesValue(dataset.train, dataset.validation, dataset.test)),
    fact(words.classes, dataset && `${count(dataset.classes.length)}: ${dataset.classes.join(', ')}`),
    fact(words.rate, imagesPerSecond === null ? null : words.rateValue(imagesPerSecond)),
    fact(words.memory, peakMemoryBytes === null ? null : bytes(peakMemoryBytes)),
    fact(words.time, timeFact(result.timings)),
    fact(words.created, moment(summary.createdAt)),
    { name: words.id, value: summary.runId, mono: true },
    dataset && { name: words.version, value: dataset.version, mono: true },
  ]);
}

function weightsFact({ weights }: Pick<TrainingPlan, 'weights'>): string {
  switch (weights.kind) {
    case 'fused':
      return weights.parts.map((part) => weightsFact({ weights: part })).join(' + ');
    case 'file':
      return weights.path;
    case 'run':
      return runs.plan.weightsRun(weights.runId);
    case 'shipped':
      return runs.plan.weightsShipped;
    case 'none':
      return runs.plan.weightsNone;
  }
}

function optimizerFact({ optimizer }: TrainingPlan): string {
  switch (optimizer.kind) {
    case 'sgd':
      return runs.plan.sgd(optimizer.momentum, optimizer.nesterov);
    case 'adam':
    case 'adamw':
      return runs.plan[optimizer.kind](optimizer.beta1, optimizer.beta2, optimizer.epsilon);
    case 'rmsprop':
      return runs.plan.rmsprop(optimizer.rho, optimizer.momentum, optimizer.epsilon, optimizer.centered);
    case 'adagrad':
      return runs.plan.adagrad(optimizer.initialAccumulator, optimizer.epsilon);
    case 'adadelta':
      return runs.plan.adadelta(optimizer.rho, optimizer.epsilon);
  }
}

function scheduleWords(schedule: TrainingPlan['schedule']): string {
  const words = runs.plan.schedules;
  switch (schedule.kind) {
    case 'constant':
      return words.constant;
    case 'step':
      return words.step(schedule.factor, schedule.epochs);
    case 'exponential':
      return words.exponential(schedule.factor);
    case 'inverseTime':
      return words.inverseTime(schedule.decay);
    case 'cosine':
      return words.cosine(schedule.floor);
    case 'plateau':
      return words.plateau(schedule.monitor, schedule.factor, schedule.patience, schedule.floor);
  }
}

function scheduleFact({ schedule, warmupEpochs }: TrainingPlan): string {
  const told = scheduleWords(schedule);
  return warmupEpochs === 0 ? told : runs.plan.schedules.warmedUp(warmupEpochs, told);
}

function layerRatesFact({ learningRateRules }: TrainingPlan): string {
  const { layerRate, sameRate } = runs.plan;
  return learningRateRules.map(({ pattern, factor }) => layerRate(pattern, factor)).join('; ') || sameRate;
}

function lossFact({ loss, labelSmoothing }: TrainingPlan): string {
  const name = runs.plan.losses[loss];
  return labelSmoothing === 0 ? name : runs.plan.smoothed(name, labelSmoothing);
}

function classWeightsFact({ classWeights }: TrainingPlan): string {
  const words = runs.plan;
  if (classWeights?.kind !== 'given') return words.classWeightings[classWeights?.kind ?? 'none'];
  return Object.entries(classWeights.weights)
    .map(([name, weight]) => words.classWeight(name, weight))
    .join(', ');
}

function clippingFact({ gradientClipping }: TrainingPlan): string {
  if (gradientClipping === null) return runs.plan.off;
  return runs.plan.clippings[gradientClipping.kind](String(gradientClipping.limit));
}

function augmentationFact({ augmentation }: TrainingPlan): string {
  return augmentation === null ? runs.plan.none : augmentationWords(augmentation);
}

function precisionFact({ precision: { frozen, trainable } }: TrainingPlan): string {
  return frozen === trainable ? frozen : runs.plan.precisionApart(frozen, trainable);
}

/** Everything that decided the run. */
export function planFacts(plan: TrainingPlan): Fact[] {
  const words = runs.plan;
  const { dataset, earlyStopping, rules } = plan;
  const told = rules.map(({ action, pattern }) => `${words.rule[action]} ${pattern}`);
  return [
    { name: words.dataset, value: dataset.kind === 'sample' ? words.sample : dataset.path },
    { name: words.network, value: plan.network, mono: true },
    { name: words.weights, value: weightsFact(plan) },
    { name: words.strategy, value: runs.strategies[plan.strategy] ?? plan.strategy },
    { name: words.rules, value: told.length === 0 ? words.noRules : told.join('; ') },
    { name: words.head, value: plan.newHead ? words.newHead(words.heads[plan.head]) : words.heads[plan.head] },
    { name: words.optimizer, value: optimizerFact(plan) },
    { name: words.learningRate, value: metric(plan.optimizer.learningRate) },
    { name: words.layerRates, value: layerRatesFact(plan) },
    { name: words.schedule, value: scheduleFact(plan) },
    { name: words.weightDecay, value: plan.weightDecay === 0 ? words.off : metric(plan.weightDecay) },
    { name: words.l1, value: plan.l1 === 0 ? words.off : metric(plan.l1) },
    { name: words.clipping, value: clippingFact(plan) },
    { name: words.loss, value: lossFact(plan) },
    { name: words.classWeights, value: classWeightsFact(plan) },
    { name: words.sampling, value: words.samplings[plan.sampling] },
    { name: words.epochs, value: count(plan.epochs) },
    { name: words.batch, value: words.batchValue(plan.batchSize, plan.evaluationBatchSize) },
    {
      name: words.earlyStopping,
      value: earlyStopping ? words.patience(earlyStopping.monitor, earlyStopping.patience) : words.off,
    },
    {
      name: words.preprocessing,
      value: plan.preprocessing === null ? words.ownPreprocessing : preprocessingWords(plan.preprocessing),
    },
    { name: words.augmentation, value: augmentationFact(plan) },
    { name: words.precision, value: precisionFact(plan) },
    { name: words.dropout, value: plan.dropout === 0 ? words.off : percent(plan.dropout) },
    {
      name: words.introspection,
      value: plan.introspectionInterval === 0 ? words.off : words.introspectionValue(plan.introspectionInterval),
    },
    { name: words.seed, value: String(plan.seed) },
    splitFact(plan),
    ...(plan.groupPattern === null ? [] : [{ name: words.groups, value: plan.groupPattern, mono: true }]),
  ];
}

function splitFact({ split, validationShare }: TrainingPlan): Fact {
  const words = runs.plan;
  switch (split.kind) {
    case 'given':
      return { name: words.validationShare, value: words.validationShareValue(validationShare) };
    case 'share':
      return { name: words.split, value: words.splitAnew(validationShare, split.testShare) };
    case 'folds':
      return { name: words.split, value: words.splitFold(split.fold, split.folds) };
  }
}

/** What the run was made with. */
export function environmentFacts(environment: Environment): Fact[] {
  const words = runs.environment;
  return [
    { name: words.thaw, value: environment.thaw },
    { name: words.tensorflow, value: `${environment.tensorflow} (${environment.tensorflowOrigin})` },
    { name: words.device, value: environment.device },
    { name: words.cpu, value: words.cores(environment.cpu, environment.cores) },
    { name: words.os, value: environment.os },
    { name: words.node, value: environment.node },
  ];
}

/** Facts as lines of text, to be copied. */
export function factsText(facts: readonly Fact[]): string {
  return facts.map(({ name, value }) => `${name}: ${value}`).join('\n');
}
