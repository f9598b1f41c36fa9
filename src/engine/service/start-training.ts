import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { beginRun } from './begin-run.ts';
import { planBranch } from './branch-run.ts';
import type { ServiceContext } from './context.ts';
import { planContinued, planRepeated } from './continue-run.ts';
import { planRun, type PlannedRun } from './plan-run.ts';

/** Plans a run of its own, or one that branches off another. */
export async function planStart(context: ServiceContext, request: Request<'training.start'>): Promise<PlannedRun> {
  return request.parent ? planBranch(context, request.parent, request) : planRun(context, request);
}

/** Completes and checks the plan, puts the run into the log, forks its trainer. */
export async function startTraining(
  context: ServiceContext,
  request: Request<'training.start'>,
): Promise<Response<'training.start'>> {
  return beginRun(context, await planStart(context, request), { group: request.group });
}

/** Goes on for more epochs where a run has ended, as a run of its own. */
export async function continueRun(
  context: ServiceContext,
  request: Request<'runs.continue'>,
): Promise<Response<'runs.continue'>> {
  return beginRun(context, await planContinued(context, request), request);
}

/** Goes on from a run's checkpoint under another plan. */
export async function branchRun(
  context: ServiceContext,
  { plan, ...request }: Request<'runs.branch'>,
): Promise<Response<'runs.branch'>> {
  return beginRun(context, await planBranch(context, request, plan), request);
}

/** Does once more what a run did. */
export async function repeatRun(
  context: ServiceContext,
  request: Request<'runs.repeat'>,
): Promise<Response<'runs.repeat'>> {
  return beginRun(context, await planRepeated(context, request), request);
}
