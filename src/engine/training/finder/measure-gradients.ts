import type { TrainingPlan } from '../../../shared/contract/plan.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { Dataset } from '../../dataset/open-dataset.ts';
import { freezePlan } from '../../freeze/freeze-plan.ts';
import { findNetwork } from '../../network/registry.ts';
import { elementCount, isStatistic, networkTensors } from '../../network/shape.ts';
import type { Output } from '../../runtime/session.ts';
import { batches, epochOrder, inOrder } from '../epoch-order.ts';
import { introspect } from '../introspect.ts';
import type { MemoryNeed } from '../memory.ts';
import { ProgressReporter } from '../progress.ts';
import { yieldToMessages } from '../yield.ts';
import type { GradientJob, Gradients, LayerGradient } from './finder-protocol.ts';
import { firstOf, rateFeed, stepFeeds, withSearch, type PreparedSearch, type Searching } from './prepare-search.ts';

/** Larger batches show nothing that the mean over several does not. */
const LARGEST_BATCH = 16;

/**
 * A run's plan with everything thawed and nothing that chance decides: each BatchNorm computes as it would while its block is
 * frozen, images are as they are, nothing is dropped, and steps at a rate of 0 leave all as it is.
 */
export function thawedPlan(plan: TrainingPlan): TrainingPlan {
  const adapts = findNetwork(plan.network)
    .build()
    .layers.some(({ kind }) => kind === 'batchNorm');
  const batchSize = Math.min(plan.batchSize, LARGEST_BATCH);
  return {
    ...plan,
    strategy: 'finetune',
    rules: adapts ? [{ action: 'freezeStatistics', pattern: '/./' }] : [],
    learningRateRules: [],
    optimizer: { kind: 'sgd', learningRate: plan.optimizer.learningRate, momentum: 0, nesterov: false },
    weightDecay: 0,
    l1: 0,
    gradientClipping: null,
    augmentation: null,
    dropout: 0,
    headDesign: { ...plan.headDesign, hidden: plan.headDesign.hidden.map((layer) => ({ ...layer, dropout: 0 })) },
    batchSize,
    evaluationBatchSize: batchSize,
    // Any but 0 keeps the first weights, which tell their norms.
    introspectionInterval: 1,
    histogramInterval: 0,
  };
}

/** So many training images, drawn by the seed, one of each class at least, and what a run cannot do without. */
export function someImages(dataset: Dataset, count: number, { seed, sampling }: TrainingPlan): Dataset {
  const train = dataset.images.filter(({ split }) => split === 'train');
  const labels = Int32Array.from(train, ({ label }) => label);
  const order = Array.from(epochOrder(labels, sampling, seed, 1).rows, (row) => train[row]);
  const taken = new Set(order.slice(0, count));
  const classes = new Set(Array.from(taken, (image) => image?.label));
  for (const image of train) {
    if (classes.has(image.label)) continue;
    classes.add(image.label);
    taken.add(image);
  }
  taken.add(dataset.images.find(({ split }) => split === 'validation'));
  return { ...dataset, images: dataset.images.filter((image) => taken.has(image)) };
}

/** A batch that fits, where that of the job does not. */
class SmallerBatch extends Error {
  readonly batchSize: number;

  constructor(batchSize: number) {
    super(`A batch of ${batchSize} fits.`);
    this.batchSize = batchSize;
  }
}

/** @throws SmallerBatch, or ThawError `memory.full` where no batch fits */
function expectRoom({ neededBytes, freeBytes, advisedBatch, batchSize }: MemoryNeed): void {
  if (neededBytes <= freeBytes) return;
  if (advisedBatch !== null) throw new SmallerBatch(advisedBatch);
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new ThawError(
    'memory.full',
    `All blocks are thawed at once to measure their gradients, which needs about ${gigabytes(neededBytes)} with a batch of ${batchSize}; ${gigabytes(freeBytes)} are free.`,
    'Close other programs. Or thaw the block below the boundary in a branch and see whether it helps.',
  );
}

/** Adds up the rows of an output, each twice what was halved. */
function addTo(sums: Map<string, number>, names: readonly string[], output: Output | undefined): void {
  names.forEach((name, row) => sums.set(name, (sums.get(name) ?? 0) + 2 * (output?.data[row] ?? NaN)));
}

async function overBatches(
  { run, sources: { train } }: PreparedSearch,
  job: GradientJob,
  { emit, signal }: Searching,
): Promise<Gradients> {
  const { session, introspection, network } = run;
  const progress = new ProgressReporter(emit, 'train', 'image');
  const gradientSquares = new Map<string, number>();
  let weightSquares = new Map<string, number>();
  let steps = 0;
  let rows = 0;
  let lossSum = 0;
  for await (const batch of train.feeds(batches(inOrder(train.count), job.plan.batchSize), 1)) {
    signal.throwIfAborted();
    const feeds = { ...stepFeeds(batch, job.plan, (steps += 1)), ...rateFeed(0) };
    const { output } = introspect(session, introspection, feeds, job.runDirectory);
    addTo(gradientSquares, introspection.learning, output['gradients']);
    weightSquares = new Map();
    addTo(weightSquares, introspection.drifting, output['first']);
    // Some tasks make several rows of an image.
    rows += batch.rows.length;
    lossSum += firstOf(output, 'loss') * batch.rows.length;
    progress.report(Math.min(steps * job.plan.batchSize, train.count), train.count);
    await yieldToMessages();
  }
  const { trainable } = freezePlan(network, job.trained.strategy, job.trained.rules, { mayLeaveNothing: true });
  const blocks = new Map(network.layers.map(({ name, block }) => [name, block]));
  const learning = networkTensors(network).filter((tensor) => !isStatistic(tensor) && gradientSquares.has(tensor.name));
  const layers = [...Map.groupBy(learning, ({ layer }) => layer)].map(([layer, tensors]): LayerGradient => {
    const sumOf = (squares: ReadonlyMap<string, number>): number =>
      tensors.reduce((sum, { name }) => sum + (squares.get(name) ?? NaN), 0);
    return {
      layer,
      block: blocks.get(layer) ?? layer,
      trained: trainable.has(layer),
      parameters: tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0),
      gradientSquares: sumOf(gradientSquares) / steps,
      weightSquares: sumOf(weightSquares),
    };
  });
  return { layers, loss: lossSum / rows, images: train.count };
}

/**
 * The gradient of the loss by each layer of a run's network, at a checkpoint, as if all were thawed: over some training
 * images, without augmentation or dropout, and with the statistics that BatchNorms have kept. Nothing is updated.
 *
 * @throws ThawError `memory.full` where not even one image fits; else as `findRate`
 */
export async function measureGradients(job: GradientJob, searching: Searching): Promise<Gradients> {
  const measure = (own: GradientJob): Promise<Gradients> =>
    withSearch(own, searching, (prepared) => overBatches(prepared, own, searching), {
      onMemory: expectRoom,
      narrow: (dataset) => someImages(dataset, own.images, own.plan),
    });
  try {
    return await measure(job);
  } catch (error) {
    if (!(error instanceof SmallerBatch)) throw error;
    const { batchSize } = error;
    return measure({ ...job, plan: { ...job.plan, batchSize, evaluationBatchSize: batchSize } });
  }
}
