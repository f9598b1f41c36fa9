import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { reapDeadRuns } from '../experiment/run-life.ts';
import { readResult } from '../experiment/run-reader.ts';
import { isActive } from '../experiment/run-status.ts';
import type { ServiceContext } from './context.ts';

const LOOK_MILLISECONDS = 500;

/**
 * Answers when the run has ended, also one of another process, which is told from the log.
 *
 * @throws ThawError why it was refused, where it never began
 */
export async function waitTraining(
  context: ServiceContext,
  { runId }: Request<'training.wait'>,
): Promise<Response<'training.wait'>> {
  const run = context.underWay(runId);
  if (run) return await run.done;
  context.refused.assertBegun(runId);
  for (;;) {
    const result = readResult(context.log, runId);
    if (!isActive(result.status)) return result;
    reapDeadRuns(context.log);
    await sleep(LOOK_MILLISECONDS);
  }
}
