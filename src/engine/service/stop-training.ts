import type { Request, Response } from '../../shared/contract/endpoint.ts';
import type { ServiceContext } from './context.ts';
import { runUnderWay } from './run-under-way.ts';

/**
 * Asks the run's trainer to stop after its step; asked again, it is killed after a moment.
 *
 * @throws ThawError `run.unknown`, or `run.state` for a run that is not under way here
 */
export function stopTraining(context: ServiceContext, { runId }: Request<'training.stop'>): Response<'training.stop'> {
  runUnderWay(context, runId, 'stopped').stop();
  return {};
}
