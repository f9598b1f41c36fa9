import type { TriedRate } from '../../../shared/contract/finders.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { trainingBatches } from '../epoch-order.ts';
import { ProgressReporter } from '../progress.ts';
import { yieldToMessages } from '../yield.ts';
import type { RateJob, Searches } from './finder-protocol.ts';
import { rateFeed, stepFeeds, trainOnce, withSearch, type Searching } from './prepare-search.ts';
import { inWords, suggestRates } from './suggest-rates.ts';

type Answer = Searches['rate']['answer'];

/** What the average of losses keeps at each step: it looks back on about ten of a hundred, by which the curve is late. */
const KEPT = 0.9;
/** A loss of so many times its least is not coming back. */
const RISEN = 4;
/** Losses of the first share of the steps are too few to be held against. */
const SETTLING_SHARE = 0.1;

/** Rates by which the learning rate rises from one end to the other, by the same factor at each step. */
export function risingRates({ from, to, steps }: Pick<RateJob, 'from' | 'to' | 'steps'>): readonly number[] {
  const factor = (to / from) ** (1 / (steps - 1));
  return Array.from({ length: steps }, (_, step) => (step === steps - 1 ? to : from * factor ** step));
}

function isDivergence(error: unknown): boolean {
  return error instanceof ThawError && error.code === 'training.diverged';
}

/**
 * Tries rates one after the other and smooths what they give; ends where the loss has risen to 4 times its least or is no
 * number. The average begins at nothing and is divided by the share of it that is not (Kingma and Ba, arXiv:1412.6980).
 *
 * @param step takes a step with that rate and tells the loss before it
 */
export async function tryRates(
  rates: readonly number[],
  step: (rate: number, index: number) => Promise<number> | number,
): Promise<Pick<Answer, 'points' | 'end' | 'ended'>> {
  const points: TriedRate[] = [];
  const settled = Math.ceil(SETTLING_SHARE * rates.length);
  let average = 0;
  let least = Infinity;
  for (const [index, rate] of rates.entries()) {
    let loss = NaN;
    try {
      loss = await step(rate, index);
    } catch (error) {
      if (!isDivergence(error)) throw error;
    }
    if (!Number.isFinite(loss)) {
      const ended = `At a rate of ${inWords(rate)} the loss or a gradient was no number any more.`;
      return { points, end: 'diverged', ended };
    }
    average = KEPT * average + (1 - KEPT) * loss;
    const smoothed = average / (1 - KEPT ** (index + 1));
    points.push({ rate, loss, smoothed });
    least = Math.min(least, smoothed);
    if (index >= settled && smoothed > RISEN * least) {
      const ended = `At a rate of ${inWords(rate)} the loss had risen to ${RISEN} times its least.`;
      return { points, end: 'rose', ended };
    }
  }
  return { points, end: 'rates', ended: `All rates up to ${inWords(rates.at(-1) ?? NaN)} were tried.` };
}

/**
 * Searches a learning rate (Smith, arXiv:1506.01186): trains a copy of what a run would begin with, with the plan's
 * optimizer, freeze mask and order of images, at rates that rise. A search that diverges has ended, not failed.
 *
 * @throws ThawError for what is wrong with plan, dataset or weights; the signal's reason once it is aborted
 */
export async function findRate(job: RateJob, searching: Searching): Promise<Answer> {
  const { plan, steps } = job;
  return withSearch(job, searching, async ({ run, sources: { train } }) => {
    const rates = risingRates(job);
    const progress = new ProgressReporter(searching.emit, 'train', 'step');
    const order = trainingBatches({ ...plan, stepsPerEpoch: steps }, train.labels, 1, 0);
    const ahead = train.feeds(order, 1);
    const batches = Symbol.asyncIterator in ahead ? ahead[Symbol.asyncIterator]() : ahead[Symbol.iterator]();
    try {
      const tried = await tryRates(rates, async (rate, index) => {
        searching.signal.throwIfAborted();
        const next = await batches.next();
        if (next.done) throw new TypeError('A stream of batches ended.');
        const loss = trainOnce(run.session, { ...stepFeeds(next.value, plan, index + 1), ...rateFeed(rate) });
        progress.report(index + 1, steps);
        await yieldToMessages();
        return loss;
      });
      return { ...tried, ...suggestRates(tried) };
    } finally {
      // What was made ready ahead is done with before images are let go.
      await batches.return?.();
    }
  });
}
