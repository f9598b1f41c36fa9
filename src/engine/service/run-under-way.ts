import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readResult } from '../experiment/run-reader.ts';
import { isActive } from '../experiment/run-status.ts';
import type { ServiceContext } from './context.ts';
import type { SupervisedRun } from './supervised-run.ts';

/**
 * The run that this engine has under way.
 *
 * @param what is to be done to it, `stopped`
 * @throws ThawError `run.unknown`, or `run.state` for a run that has ended or belongs to another engine
 */
export function runUnderWay(context: ServiceContext, runId: string, what: string): SupervisedRun {
  const run = context.underWay(runId);
  if (run) return run;
  const { status } = readResult(context.log, runId);
  throw new ThawError(
    'run.state',
    `Only a run that was started here can be ${what} from here; run '${runId}' is ${status}.`,
    isActive(status)
      ? 'Ask for it where it runs; what waits is taken out with `thaw queue cancel`.'
      : 'It has ended: `thaw runs resume` continues a stopped or interrupted run.',
  );
}
