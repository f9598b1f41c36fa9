import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { FreezePlan } from '../freeze/freeze-plan.ts';
import type { Layer, Network } from '../network/layer.ts';
import { elementCount, layerShapes, networkTensors } from '../network/shape.ts';
import { livePeak, trainingPeak } from './activations.ts';
import {
  backwardWork,
  forwardWork,
  NO_WORK,
  outputBytes,
  type BackwardDemand,
  type ShapedLayer,
  type Work,
  WorkSum,
} from './work.ts';

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
  readonly training: Pick<TrainingPlan, 'batchSize' | 'evaluationBatchSize' | 'optimizer'>;
  /** null while nobody has counted them: what depends on them is left out. */
  readonly images: ImageCounts | null;
  /** The prefix is computed once per image; false where each step computes it. */
  readonly isCached: boolean;
  /** Of one training image as it is held decoded. */
  readonly pixelBytes: number;
}

/** What takes memory, by kind, in bytes; `programs` counts operations of the compiled program. */
export const MEMORY_KINDS = [
  'process',
  'weights',
  'training',
  'features',
  'pixels',
  'activations',
  'programs',
] as const;
export type MemoryKind = (typeof MEMORY_KINDS)[number];
export type Memory = Readonly<Record<MemoryKind, number>>;

/** A run as quantities of work and of memory, before any price is known. */
export interface Workload {
  readonly epoch: Work;
  /** The frozen prefix over every image, and decoding them; without a prefix, decoding alone. */
  readonly preparation: Work;
  readonly memory: Memory;
  readonly stepsPerEpoch: number;
}

const FLOAT_BYTES = 4;
const shaped = new WeakMap<Network, readonly ShapedLayer[]>();

/** Every layer with the shapes around it; computed once a network. */
function shapedLayers(network: Network): readonly ShapedLayer[] {
  const known = shaped.get(network);
  if (known) return known;
  const shapes = layerShapes(network);
  const layers = network.layers.map((layer) => ({
    layer,
    inputs: layer.inputs.map((name) => shapes.get(name) ?? []),
    output: shapes.get(layer.name) ?? [],
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
  return optimizer.kind === 'adam' ? 2 : optimizer.momentum > 0 ? 1 : 0;
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
export function workloadOf({ network, freeze, training, images, isCached, pixelBytes }: CostedPlan): Workload {
  const all = shapedLayers(network);
  const inPrefix = new Set(freeze.prefix);
  const prefix = all.filter(({ layer }) => inPrefix.has(layer.name));
  const rest = all.filter(({ layer }) => !inPrefix.has(layer.name));
  const moving = freeze.movingStatistics;
  const demands = demandsOf(rest, freeze.trainable, moving);

  const count = images ?? { train: 0, validation: 0, test: 0 };
  const total = count.train + count.validation + count.test;
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
  const slots = slotsOf(training.optimizer);

  const onceSum = new WorkSum();
  for (const layer of prefix) if (!isFoldable(layer.layer)) onceSum.add(forwardWork(layer, false));
  const once = onceSum.work;
  const again = isCached ? NO_WORK : once;
  const evaluateSum = new WorkSum().add(again);
  const trainSum = new WorkSum().add(again);
  for (const layer of rest) {
    const inference = forwardWork(layer, false);
    const usesBatchStatistics = moving.has(layer.layer.name);
    evaluateSum.add(inference);
    trainSum.add(usesBatchStatistics ? forwardWork(layer, true) : inference);
    const demand = demands.get(layer.layer.name);
    if (demand) trainSum.add(backwardWork(layer, demand));
  }
  const evaluate = evaluateSum.work;
  const train = trainSum.work;
  // The optimizer reads weight, gradient and slots, and writes weight and slots.
  const update: Work = {
    ...NO_WORK,
    traffic: trainedBytes * (3 + 2 * slots),
    operations: tensors.filter(({ layer }) => freeze.trainable.has(layer)).length,
  };
  const trainSteps = stepsFor(count.train, batchSize);
  const evaluationSteps = stepsFor(count.validation, evaluationBatchSize);
  const epoch = new WorkSum()
    .add(perImage(train), count.train)
    .add(perStep(train), trainSteps)
    .add(update, trainSteps)
    .add(perImage(evaluate), count.validation)
    .add(perStep(evaluate), evaluationSteps).work;
  const preparation = new WorkSum()
    .add({ ...NO_WORK, images: 1 }, total)
    .add(isCached ? perImage(once) : NO_WORK, total)
    .add(isCached ? perStep(once) : NO_WORK, stepsFor(total, evaluationBatchSize)).work;

  const cut = new Set(isCached ? freeze.cut : []);
  const featureBytes = all.reduce(
    (sum, { layer, output }) => (cut.has(layer.name) ? sum + outputBytes(output) : sum),
    0,
  );
  const largestBatch = (steps: number, size: number): number => (images === null ? size : Math.min(steps, size));
  const activations = Math.max(
    largestBatch(count.train, batchSize) * trainingPeak(rest, demands),
    largestBatch(count.validation, evaluationBatchSize) * livePeak(rest),
    largestBatch(isCached ? total : count.validation, evaluationBatchSize) * livePeak(prefix, { isFused: isFoldable }),
  );
  return {
    epoch,
    preparation,
    stepsPerEpoch: trainSteps,
    memory: {
      process: 1,
      weights: bytesOf(() => true),
      training: trainedBytes * (1 + slots),
      features: total * featureBytes,
      pixels: isCached ? 0 : total * pixelBytes,
      activations,
      programs: train.operations + 2 * evaluate.operations + 2 * once.operations + update.operations,
    },
  };
}
