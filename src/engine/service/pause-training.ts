import type { Request, Response } from '../../shared/contract/endpoint.ts';
import type { ServiceContext } from './context.ts';
import { runUnderWay } from './run-under-way.ts';

/**
 * Asks the run's trainer to hold after its step; that it holds is told as the status `paused`.
 *
 * @throws ThawError `run.unknown`, or `run.state` for a run that is not under way here
 */
export function pauseTraining(
  context: ServiceContext,
  { runId }: Request<'training.pause'>,
): Response<'training.pause'> {
  runUnderWay(context, runId, 'paused').pause();
  return {};
}

/**
 * Lets a run that holds go on, exactly where it stopped.
 *
 * @throws ThawError `run.unknown`, or `run.state` for a run that is not under way here
 */
export function continueTraining(
  context: ServiceContext,
  { runId }: Request<'training.continue'>,
): Response<'training.continue'> {
  runUnderWay(context, runId, 'continued').continue();
  return {};
}
