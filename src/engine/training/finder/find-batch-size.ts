import type { BatchSearch, TriedBatchSize } from '../../../shared/contract/finders.ts';
import { countImages } from '../../dataset/count-images.ts';
import { deviceInformation } from '../../runtime/binding.ts';
import type { BatchSource } from '../batch-source.ts';
import { trainingBatches } from '../epoch-order.ts';
import { assertMemory, isOutOfMemory, machineMemory, memoryNeed, type MachineMemory } from '../memory.ts';
import { ProgressReporter } from '../progress.ts';
import { yieldToMessages } from '../yield.ts';
import type { BatchJob, Searches } from './finder-protocol.ts';
import { rateFeed, stepFeeds, trainOnce, withSearch, type PreparedSearch, type Searching } from './prepare-search.ts';

type Answer = Searches['batchSize']['answer'];

/** A size whose throughput is within this share of the best one is as good. */
const AS_GOOD = 0.05;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** The smallest size that is as fast as the fastest, or nearly so. */
export function suggestBatchSize(sizes: readonly TriedBatchSize[]): Answer['suggestion'] {
  const best = sizes.reduce((before, size) => (size.imagesPerSecond > before.imagesPerSecond ? size : before));
  const found = sizes.find(({ imagesPerSecond }) => imagesPerSecond >= (1 - AS_GOOD) * best.imagesPerSecond) ?? best;
  const rate = ({ imagesPerSecond }: TriedBatchSize): string => `${Number(imagesPerSecond.toPrecision(3))} images/s`;
  const why =
    found === best
      ? `The fastest, at ${rate(best)}.`
      : `The smallest within ${100 * AS_GOOD} % of the fastest: ${rate(found)}, against ${rate(best)} with ${best.batchSize}.`;
  return { batchSize: found.batchSize, why };
}

/** What limits the sizes that are tried. */
export interface BatchLimits {
  readonly from: number;
  readonly to: number;
  /** To train on. */
  readonly images: number;
  /** null where nobody can tell. */
  readonly freeBytes: number | null;
  /** What a run with that size is estimated to take. */
  readonly estimate: (batchSize: number) => number;
}

/**
 * The next size after one that was tried, or why there is none.
 *
 * @param before null for the first, which is tried whatever it takes
 */
export function nextBatchSize(
  { from, to, images, freeBytes, estimate }: BatchLimits,
  before: number | null,
): number | Pick<BatchSearch, 'end' | 'ended'> {
  if (before === null) return Math.min(from, to, images);
  const next = 2 * before;
  if (next > to) return { end: 'limit', ended: `${before} is the largest of those that were asked for.` };
  if (next > images) return { end: 'images', ended: `There are ${images} images to train on, fewer than ${next}.` };
  const needed = estimate(next);
  if (freeBytes === null || needed <= freeBytes) return next;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  const ended = `A batch of ${next} needs about ${gigabytes(needed)}; ${gigabytes(freeBytes)} are free.`;
  return { end: 'memory', ended };
}

/** Times steps that learn nothing: what they cost does not depend on the rate. */
async function timeSteps(
  {
    run,
    train,
    batchSize,
    job,
  }: Pick<PreparedSearch, 'run'> & {
    readonly train: BatchSource;
    readonly batchSize: number;
    readonly job: BatchJob;
  },
  signal: AbortSignal,
): Promise<number> {
  const order = trainingBatches({ ...job.plan, batchSize, stepsPerEpoch: job.steps + 1 }, train.labels, 1, 0);
  const seconds: number[] = [];
  let step = 0;
  let began = performance.now();
  for await (const batch of train.feeds(order, 1)) {
    signal.throwIfAborted();
    trainOnce(run.session, { ...stepFeeds(batch, job.plan, (step += 1)), ...rateFeed(0) });
    await yieldToMessages();
    const now = performance.now();
    // The first one makes room for what the others use again.
    if (step > 1) seconds.push((now - began) / 1000);
    began = now;
  }
  return median(seconds);
}

/** The memory that steps take theirs from; null where nobody can tell. */
function memoryOfDevice(): MachineMemory | null {
  const { gpu, gpuMemory } = deviceInformation();
  return gpu ? gpuMemory : machineMemory();
}

/**
 * Times train steps of sizes that double, on the plan's program and images, as long as a run with them is estimated to fit
 * into what is free.
 *
 * @param machine what there is before anything is taken; as the system tells by default
 * @throws ThawError `memory.full` where not even the first one fits; else as `findRate`
 */
export async function findBatchSize(
  job: BatchJob,
  searching: Searching,
  machine: MachineMemory | null = memoryOfDevice(),
): Promise<Answer> {
  const { plan } = job;
  // What is refused at once is the first size, not that of the plan.
  const smallest = { ...job, plan: { ...plan, batchSize: Math.min(job.from, job.to) } };
  return withSearch(smallest, searching, async ({ run, sources: { train } }) => {
    const understood = { plan, network: run.network, freeze: run.plan };
    const counts = countImages(run.dataset);
    const needOf = (batchSize: number) =>
      memoryNeed({ ...understood, plan: { ...plan, batchSize } }, counts, machine ? { machine } : {});
    const estimate = (batchSize: number): number => needOf(batchSize).neededBytes;
    const freeBytes = machine?.freeBytes ?? null;
    const limits: BatchLimits = { ...job, images: train.count, freeBytes, estimate };
    const first = nextBatchSize(limits, null);
    if (machine && typeof first === 'number') assertMemory(needOf(first));
    const most = Math.floor(Math.log2(Math.min(job.to, train.count) / (typeof first === 'number' ? first : 1))) + 1;
    const progress = new ProgressReporter(searching.emit, 'train', 'step');
    const sizes: TriedBatchSize[] = [];
    const answer = (end: BatchSearch['end'], ended: string): Answer => {
      return { sizes, end, ended, freeBytes, suggestion: suggestBatchSize(sizes) };
    };
    for (let size = first; ; size = nextBatchSize(limits, size)) {
      if (typeof size !== 'number') return answer(size.end, size.ended);
      try {
        const stepSeconds = await timeSteps({ run, train, batchSize: size, job }, searching.signal);
        const residentBytes = process.memoryUsage.rss();
        const imagesPerSecond = size / stepSeconds;
        sizes.push({ batchSize: size, imagesPerSecond, stepSeconds, estimatedBytes: estimate(size), residentBytes });
      } catch (error) {
        if (!isOutOfMemory(error) || sizes.length === 0) throw error;
        return answer('memory', `A batch of ${size} ran out of memory.`);
      }
      progress.report(sizes.length * (job.steps + 1), most * (job.steps + 1), `batches of ${size}`);
    }
  });
}
