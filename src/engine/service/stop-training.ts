import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readResult } from '../experiment/run-reader.ts';
import type { ServiceContext } from './context.ts';

/** Asks the run's trainer to stop after its step; asked again, it is killed after a moment. */
export function stopTraining(context: ServiceContext, request: Request<'training.stop'>): Response<'training.stop'> {
  const run = context.underWay(request.runId);
  if (!run) {
    const { status } = readResult(context.log, request.runId);
    throw new ThawError(
      'run.state',
      `Only a run that was started here can be stopped from here; run '${request.runId}' is ${status}.`,
      'Stop it where it runs.',
    );
  }
  run.stop();
  return {};
}
