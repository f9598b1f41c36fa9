import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { stagePlan } from '../../shared/contract/stages.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readPlan } from '../experiment/run-reader.ts';
import type { SearchJob } from '../training/finder/finder-protocol.ts';
import { cacheLimit } from './caches.ts';
import type { ServiceContext } from './context.ts';
import { searchInProcess } from './finder-process.ts';
import type { PlannedRun } from './plan-run.ts';
import { planStart } from './start-training.ts';
import { sourceFolders } from './weights-path.ts';

/** From where the loss of any usual network does not move yet to where it has long diverged. */
const USUAL_RATES = { from: 1e-6, to: 10, steps: 100 } as const;
const USUAL_SIZES = { from: 4, to: 256, steps: 5 } as const;

/** What a search is given of a plan; of one with stages, what its first stage begins with. */
function jobOf(context: ServiceContext, { plan, origin }: PlannedRun): Omit<SearchJob, 'runDirectory'> {
  const keepsOptimizer =
    origin?.relation === 'branched' && readPlan(context.log, origin.runId).optimizer.kind === plan.optimizer.kind;
  return {
    // What is looked into or counted costs time and changes nothing.
    plan: { ...stagePlan(plan, 0), introspectionInterval: 0, histogramInterval: 0 },
    cacheDirectory: context.cache,
    cacheLimitBytes: cacheLimit(context),
    ...sourceFolders(context, plan),
    keepsOptimizer,
    home: context.home,
  };
}

function assertRising(what: string, from: number, to: number): void {
  if (from < to) return;
  throw new ThawError(
    'usage.invalid',
    `A search goes from a smaller ${what} to a larger one; received ${from} to ${to}.`,
    'Give a larger end, or a smaller beginning.',
  );
}

/** See the endpoint. @throws ThawError for what is wrong with the plan; as `searchInProcess` */
export async function searchRate(
  context: ServiceContext,
  request: Request<'training.findRate'>,
): Promise<Response<'training.findRate'>> {
  const { plan: asked, taskId } = request;
  const { from = USUAL_RATES.from, to = USUAL_RATES.to, steps = USUAL_RATES.steps } = request;
  assertRising('learning rate', from, to);
  return context.tasks.run(taskId, 'step', async (task) => {
    const planned = await planStart(context, asked);
    const job = { ...jobOf(context, planned), from, to, steps };
    const answer = await searchInProcess(context, 'rate', job, task);
    return { ...answer, optimizer: job.plan.optimizer, warnings: [...planned.warnings] };
  });
}

/** See the endpoint. @throws ThawError for what is wrong with the plan; as `searchInProcess` */
export async function searchBatchSize(
  context: ServiceContext,
  request: Request<'training.findBatchSize'>,
): Promise<Response<'training.findBatchSize'>> {
  const { plan: asked, taskId } = request;
  const { from = USUAL_SIZES.from, to = USUAL_SIZES.to, steps = USUAL_SIZES.steps } = request;
  assertRising('batch size', from, to);
  return context.tasks.run(taskId, 'step', async (task) => {
    const planned = await planStart(context, asked);
    const job = { ...jobOf(context, planned), from, to, steps };
    const answer = await searchInProcess(context, 'batchSize', job, task);
    return { ...answer, warnings: [...planned.warnings] };
  });
}
