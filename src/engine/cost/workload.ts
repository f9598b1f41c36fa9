import type { AugmentationPlan } from '../../shared/contract/augmentation.ts';
import { imagesOfEpoch, stepsOfEpoch } from '../../shared/contract/epoch-steps.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { FreezePlan } from '../freeze/freeze-plan.ts';
import type { Layer, Network } from '../network/layer.ts';
import { elementCount, layerShapes, networkTensors } from '../network/shape.ts';
import { livePeak, trainingPeak } from './activations.ts';
import { augmentationWork } from './augmentation-work.ts';
import {
  backwardWork,
  forwardWork,
  NO_WORK,
  type BackwardDemand,
  type ShapedLayer,
  type Work,
  WorkSum,
} from './work.ts';
import { outputBytes } from './multiply-adds.ts';

/** How many images each split has. */
export interface ImageCounts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** What decides the cost of a run. */
export interface CostedPlan {
  /** Head included. */
  readonly network: Network;
  readonly freeze: Pick<FreezePlan, 'trainable' | 'movingStatistics' | 'prefix' | 'cut'>;
  readonly training: Pick<TrainingPlan, 'batchSize' | 'evaluationBatchSize' | 'optimizer'> &
    Partial<Pick<TrainingPlan, 'weightDecay' | 'l1' | 'gradientClipping' | 'stepsPerEpoch' | 'evaluationImages'>>;
  /** null while nobody has counted them: what depends on them is left out. */
  readonly images: ImageCounts | null;
  /** The prefix is computed once per image; false where each step computes it. */
  readonly isCached: boolean;
  /** What is done to training images: at each step or, of variants that are cached, once. */
  readonly augmentation?: AugmentationPlan | null;
  /** How many features are kept of each training image; 1 by default. */
  readonly variants?: number;
  /** Of one training image as it is held decoded. */
  readonly pixelBytes: number;
  /** What earlier runs have left: decoded images, or all features of the prefix. */
  readonly prepared: 'nothing' | 'images' | 'features';
}

/**
 * What takes memory, by kind, in bytes; `process` and `decoding` are there or not, and `programs` counts operations of the
 * compiled program.
 */
export type MemoryKind =
  | 'process'
  | 'decoding'
  | 'weights'
  | 'loading'
  | 'training'
  | 'features'
  | 'pixels'
  | 'inputs'
  | 'activations'
  | 'programs';
export type Memory = Readonly<Record<MemoryKind, number>>;

/** A run as quantities of work and of memory, before any price is known. */
export interface Workload {
  readonly epoch: Work;
  /** What is still to be done before the first step: decoding images, and the frozen prefix over each. */
  readonly preparation: Work;
  readonly memory: Memory;
  readonly stepsPerEpoch: number;
}

const FLOAT_BYTES = 4;
/** Where nothing learns, fused operations leave out a part of the outputs between them. */
const INFERENCE_SHARE = 0.8;
const shaped = new WeakMap<Network, readonly ShapedLayer[]>();

/** Every layer with the shapes around it; computed once a network. */
function shapedLayers(network: Network): readonly ShapedLayer[] {
  const known = shaped.get(network);
  if (known) return known;
  const shapes = layerShapes(network);
  const kinds = new Map(network.layers.map(({ name, kind }) => [name, kind]));
  const layers = network.layers.map((layer) => ({
    layer,
    inputs: layer.inputs.map((name) => shapes.get(name) ?? []),
    output: shapes.get(layer.name) ?? [],
    follows: kinds.get(layer.inputs[0] ?? '') ?? null,
  }));
  shaped.set(network, layers);
  return layers;
}

/** What each layer above the cut has to differentiate. */
function demandsOf(
  layers: readonly ShapedLayer[],
  trainable: ReadonlySet<string>,
  moving: ReadonlySet<string>,
): ReadonlyMap<string, BackwardDemand> {
  const reaches = new Set<string>();
  const demands = new Map<string, BackwardDemand>();
  for (const { layer } of layers) {
    const byInput = layer.inputs.some((name) => reaches.has(name));
    const byWeights = trainable.has(layer.name);
    if (byInput || byWeights) reaches.add(layer.name);
    demands.set(layer.name, { byInput, byWeights, usesBatchStatistics: moving.has(layer.name) });
  }
  return demands;
}

/** Variables that the optimizer keeps for each weight that trains. */
function slotsOf(optimizer: TrainingPlan['optimizer']): number {
  switch (optimizer.kind) {
    case 'sgd':
    case 'adagrad':
      return 1;
    case 'adam':
    case 'adamw':
    case 'adadelta':
      return 2;
    case 'rmsprop':
      return optimizer.centered ? 3 : 2;
  }
}

/** What is done to each gradient before the optimizer takes it: passes over its memory, and operations begun. */
function regularizationOf({ weightDecay = 0, l1 = 0, gradientClipping = null }: CostedPlan['training']): {
  readonly passes: number;
  readonly operations: number;
} {
  // A product of the weight, and what it is added to or taken from.
  const penalties = Number(weightDecay > 0) + Number(l1 > 0);
  // An L1 penalty takes the weight's sign first.
  const decay = { passes: 5 * penalties + (l1 > 0 ? 2 : 0), operations: 2 * penalties + Number(l1 > 0) };
  switch (gradientClipping?.kind) {
    case undefined:
      return decay;
    case 'value':
      return { passes: decay.passes + 2, operations: decay.operations + 1 };
    case 'norm':
      return { passes: decay.passes + 3, operations: decay.operations + 6 };
    case 'globalNorm':
      return { passes: decay.passes + 3, operations: decay.operations + 2 };
  }
}

function isFoldable(layer: Layer): boolean {
  return layer.kind === 'batchNorm';
}

function stepsFor(images: number, batchSize: number): number {
  return Math.ceil(images / batchSize);
}

/** The work that grows with the images, without what is begun once a step. */
function perImage(work: Work): Work {
  return { ...work, operations: 0 };
}

function perStep(work: Work): Work {
  return { ...NO_WORK, operations: work.operations, steps: 1 };
}

/** Turns a plan into quantities of work and memory. */
export function workloadOf(costed: CostedPlan): Workload {
  const { network, freeze, training, images, isCached, pixelBytes, prepared } = costed;
  const all = shapedLayers(network);
  const inPrefix = new Set(freeze.prefix);
  const prefix = all.filter(({ layer }) => inPrefix.has(layer.name));
  const rest = all.filter(({ layer }) => !inPrefix.has(layer.name));
  const moving = freeze.movingStatistics;
  const demands = demandsOf(rest, freeze.trainable, moving);

  const count = images ?? { train: 0, validation: 0, test: 0 };
  const total = count.train + count.validation + count.test;
  const featured = total + count.train * ((costed.variants ?? 1) - 1);
  const { batchSize, evaluationBatchSize } = training;
  const tensors = networkTensors(network);
  const bytesOf = (wanted: (layer: string, role: string) => boolean): number =>
    tensors.reduce(
      (sum, { layer, role, shape }) => (wanted(layer, role) ? sum + FLOAT_BYTES * elementCount(shape) : sum),
      0,
    );
  const trainedBytes = bytesOf(
    (layer, role) => freeze.trainable.has(layer) && role !== 'moving_mean' && role !== 'moving_variance',
  );
  const allBytes = bytesOf(() => true);
  const slots = slotsOf(training.optimizer);
  const regularization = regularizationOf(training);

  const inference = { batch: evaluationBatchSize, isTraining: false };
  const prefixWork = (batch: number): Work => {
    const sum = new WorkSum();
    for (const layer of prefix) sum.add(forwardWork(layer, { batch, isTraining: false }));
    return sum.work;
  };
  const once = prefixWork(evaluationBatchSize);
  const evaluateSum = new WorkSum().add(isCached ? NO_WORK : once);
  const inputBytes = outputBytes(all.find(({ layer }) => layer.kind === 'input')?.output ?? []);
  const augmented = (batch: number): Work =>
    costed.augmentation ? augmentationWork(costed.augmentation, inputBytes, batch) : NO_WORK;
  const trainSum = new WorkSum()
    .add(isCached ? NO_WORK : prefixWork(batchSize))
    .add(isCached ? NO_WORK : augmented(batchSize));
  for (const layer of rest) {
    const isTraining = layer.layer.kind !== 'batchNorm' || moving.has(layer.layer.name);
    evaluateSum.add(forwardWork(layer, inference));
    trainSum.add(forwardWork(layer, { batch: batchSize, isTraining }));
    const demand = demands.get(layer.layer.name);
    if (demand) trainSum.add(backwardWork(layer, demand, batchSize));
  }
  const evaluate = evaluateSum.work;
  const train = trainSum.work;
  // The optimizer reads weight, gradient and slots, and writes weight and slots.
  const update: Work = {
    ...NO_WORK,
    traffic: trainedBytes * (3 + 2 * slots + regularization.passes),
    operations: (1 + regularization.operations) * tensors.filter(({ layer }) => freeze.trainable.has(layer)).length,
  };
  const lengths = { batchSize, stepsPerEpoch: training.stepsPerEpoch ?? null };
  const trainSteps = stepsOfEpoch(lengths, count.train);
  const validated = Math.min(count.validation, training.evaluationImages ?? Infinity);
  const evaluationSteps = stepsFor(validated, evaluationBatchSize);
  const epoch = new WorkSum()
    .add({ ...NO_WORK, epochs: 1 })
    .add(perImage(train), imagesOfEpoch(lengths, count.train))
    .add(perStep(train), trainSteps)
    .add(update, trainSteps)
    .add(perImage(evaluate), validated)
    .add(perStep(evaluate), evaluationSteps).work;
  const computesFeatures = isCached && prepared !== 'features';
  const preparation = new WorkSum()
    .add({ ...NO_WORK, images: 1 }, prepared === 'nothing' ? total : 0)
    .add(computesFeatures ? perImage(once) : NO_WORK, featured)
    .add(computesFeatures ? perStep(once) : NO_WORK, stepsFor(featured, evaluationBatchSize))
    .add(
      computesFeatures ? perImage(augmented(evaluationBatchSize)) : NO_WORK,
      count.train * (costed.variants ?? 1),
    ).work;

  const cut = new Set(isCached ? freeze.cut : []);
  const featureBytes = all.reduce(
    (sum, { layer, output }) => (cut.has(layer.name) ? sum + outputBytes(output) : sum),
    0,
  );
  const isFull = images === null || lengths.stepsPerEpoch !== null;
  const trainBatch = isFull ? batchSize : Math.min(count.train, batchSize);
  const evaluationBatch = images === null ? evaluationBatchSize : Math.min(count.validation, evaluationBatchSize);
  const featuresBatch = images === null ? evaluationBatchSize : Math.min(total, evaluationBatchSize);
  const prefixPeak = livePeak(prefix, { isFused: isFoldable });
  const activations = Math.max(
    trainBatch * Math.max(trainingPeak(rest, demands), isCached ? 0 : prefixPeak),
    INFERENCE_SHARE * evaluationBatch * Math.max(livePeak(rest), isCached ? 0 : prefixPeak),
    computesFeatures ? INFERENCE_SHARE * featuresBatch * prefixPeak : 0,
  );
  const inputBatch = isCached ? (computesFeatures ? featuresBatch : 0) : Math.max(trainBatch, evaluationBatch);
  return {
    epoch,
    preparation,
    stepsPerEpoch: trainSteps,
    memory: {
      process: 1,
      decoding: prepared === 'nothing' ? 1 : 0,
      weights: allBytes,
      loading: allBytes,
      training: trainedBytes * (1 + slots),
      features: featured * featureBytes,
      pixels: isCached ? 0 : total * pixelBytes,
      inputs: inputBatch * inputBytes,
      activations,
      programs: train.operations + 2 * evaluate.operations + 2 * once.operations + update.operations,
    },
  };
}
