import type { RateRule, TriedBatchSize } from '../../shared/contract/finders.ts';
import { bytes, count, duration, metric } from './format.ts';

const rules: Readonly<Record<RateRule, string>> = {
  valley: 'Valley',
  steepest: 'Steepest',
  leastTenth: 'Least ÷ 10',
};

function perSecond(rate: number): string {
  return rate < 100 ? Number(rate.toPrecision(3)).toString() : count(rate);
}

/** Words of the searches for a learning rate and a batch size, and of the block to thaw next. */
export const finders = {
  findRate: 'Find rate…',
  findBatchSize: 'Find size…',
  title: 'Try steps of this plan',
  kind: 'What is looked for',
  kinds: { rate: 'Learning rate', batchSize: 'Batch size' },
  hints: {
    rate: 'A copy is trained with rates that rise at each step. Weights, optimizer and log stay as they are.',
    batchSize: 'Steps of a copy are timed with sizes that double. Weights, optimizer and log stay as they are.',
  },
  progress: {
    preparing: 'Preparing…',
    trying: 'Trying steps',
    of: (done: number, total: number) => `${count(done)} of ${count(total)}`,
    rate: (rate: number) => `${perSecond(rate)} a second`,
    left: (seconds: number) => `${duration(seconds)} left`,
    cancel: 'Cancel',
  },
  cancelled: 'The search was cancelled.',
  again: 'Search again',
  close: 'Close',
  rate: {
    chart: 'Loss by learning rate',
    axis: 'learning rate',
    loss: 'loss',
    help: 'Click the curve, or move along it with the arrow keys, to take another rate.',
    at: (rate: number, loss: number) => `${metric(rate)}, loss ${metric(loss)}`,
    suggestions: 'Suggestions',
    rules,
    chosen: 'From the curve',
    chosenWhy: 'A rate that was tried.',
    use: (rate: number) => `Use ${rate}`,
    useNone: 'Use this rate',
  },
  batch: {
    table: 'Batch sizes that were tried',
    batch: 'Batch',
    speed: 'Images a second',
    step: 'A step',
    needs: 'Needs about',
    resident: 'Was resident',
    figures: ({ imagesPerSecond, stepSeconds, estimatedBytes, residentBytes }: TriedBatchSize) => ({
      speed: perSecond(imagesPerSecond),
      step: stepSeconds < 0.001 ? `${(1000 * stepSeconds).toPrecision(2)} ms` : duration(stepSeconds),
      needs: bytes(estimatedBytes),
      resident: bytes(residentBytes),
    }),
    free: (free: number) => `Memory that was free: ${bytes(free)}.`,
    use: (size: number) => `Use ${size}`,
  },
  next: {
    title: 'Which block next?',
    hint: 'How much each block would have to learn if it were thawed: its gradient, over some training images, against its weights.',
    begin: 'Measure',
    table: 'Blocks from the output down, with what their gradients say',
    block: 'Block',
    relative: 'Gradient / weights',
    drift: 'Drift',
    trained: { all: 'trained', some: 'trained in part', none: 'frozen' },
    unknown: '–',
    measured: (images: number, step: number) => `Over ${count(images)} training images, at step ${count(step)}.`,
    suggested: 'next',
    thaw: 'Thaw it in a branch',
    thawAnyway: 'Thaw it all the same',
  },
} as const;
