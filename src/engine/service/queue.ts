import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { cancelWaiting, enqueueSweep, listWaiting, moveWaiting } from '../experiment/queue.ts';
import { beginRun, beginWaiting } from './begin-run.ts';
import type { ServiceContext } from './context.ts';
import { planRun, withPinnedWeights, type PlannedRun } from './plan-run.ts';
import { planStart } from './start-training.ts';
import { assertSwept, combinations, sweepName, sweptPlan, withSeed } from './sweep.ts';

/** What waits for its turn, and whether this engine begins it. */
export function showQueue(context: ServiceContext): Response<'queue.list'> {
  return {
    working: context.queue.working,
    problem: context.queue.problem?.told ?? null,
    waiting: listWaiting(context.log),
  };
}

/** Checks a plan and lets its run wait; it is looked at again when its turn has come. */
export async function addToQueue(
  context: ServiceContext,
  request: Request<'queue.add'>,
): Promise<Response<'queue.add'>> {
  return beginRun(context, await planStart(context, request), { queue: true, group: request.group });
}

/** @throws ThawError `run.unknown`, or `run.state` for a run that does not wait */
export function moveInQueue(context: ServiceContext, { runId, before }: Request<'queue.move'>): Response<'queue.move'> {
  moveWaiting(context.log, runId, before);
  return showQueue(context);
}

export function cancelQueued(context: ServiceContext, { runIds }: Request<'queue.cancel'>): Response<'queue.cancel'> {
  return { cancelled: [...cancelWaiting(context.log, runIds)] };
}

/**
 * Lets a run wait for each combination of the values, all in one group; each plan is checked first, and where one is wrong
 * nothing is added.
 *
 * @throws ThawError `usage.invalid` for too many, or for what is wrong with a plan, which is named then
 */
export async function sweep(
  context: ServiceContext,
  { plan, values, name }: Request<'queue.sweep'>,
): Promise<Response<'queue.sweep'>> {
  assertSwept(plan, values);
  const planned: PlannedRun[] = [];
  const alike = new Map<string, PlannedRun>();
  for (const combination of combinations(values)) {
    // Seeds change nothing of what is looked at.
    const { strategy, boundary, learningRate } = combination;
    const kind = JSON.stringify([strategy, boundary, learningRate]);
    const run = alike.get(kind) ?? (await planRun(context, sweptPlan(plan, combination)));
    alike.set(kind, run);
    planned.push({ ...run, plan: withPinnedWeights(withSeed(run.plan, combination), run.origin) });
  }
  const called = name ?? sweepName(values);
  const { groupId, runIds } = enqueueSweep(context.log, planned, { name: called, sweep: values });
  context.queue.look();
  const warnings = new Set(planned.flatMap((run) => run.warnings));
  return { group: { id: groupId, name: called }, runIds: [...runIds], warnings: [...warnings] };
}

/** Begins what waits from now on. */
export function workQueue(context: ServiceContext): Response<'queue.work'> {
  context.queue.work((runId) => beginWaiting(context, runId));
  return showQueue(context);
}

/** Begins nothing more of what waits; a run under way goes on. */
export function holdQueue(context: ServiceContext): Response<'queue.hold'> {
  context.queue.hold();
  return showQueue(context);
}
