import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readResult } from '../experiment/run-reader.ts';
import type { ServiceContext } from './context.ts';
import { throwAway } from './organise-runs.ts';

/**
 * Puts an interrupted run into the trash, from where it can be restored.
 *
 * @throws ThawError `run.unknown`, or `run.state` for a run that was not interrupted
 */
export function discardRun(context: ServiceContext, { runId }: Request<'runs.discard'>): Response<'runs.discard'> {
  const { status } = readResult(context.log, runId);
  if (status === 'interrupted') return throwAway(context, { runIds: [runId] });
  throw new ThawError(
    'run.state',
    `Only an interrupted run is discarded; run '${runId}' is ${status}.`,
    `Put it into the trash with \`thaw runs delete ${runId}\`, once it has ended.`,
  );
}
