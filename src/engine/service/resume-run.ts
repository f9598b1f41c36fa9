import { existsSync } from 'node:fs';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { reopenRun } from '../experiment/run-life.ts';
import { readPlan, readResult } from '../experiment/run-reader.ts';
import { checkpointPrefix } from '../training/checkpoint.ts';
import { cacheLimit } from './caches.ts';
import type { ServiceContext } from './context.ts';
import { locatedDataset } from './located-dataset.ts';
import { sourceFolders } from './weights-path.ts';

/** `gone`: the run has no folder any more. */
async function hasCheckpoint(runDirectory: string): Promise<boolean | 'gone'> {
  if (!existsSync(runDirectory)) return 'gone';
  try {
    await checkpointPrefix(runDirectory, 'last');
    return true;
  } catch (error) {
    if (error instanceof ThawError) return false;
    throw error;
  }
}

/**
 * Continues a stopped or interrupted run from its last checkpoint, under the same id.
 *
 * @throws ThawError `run.unknown`, `run.busy`, or `run.state` where it cannot be resumed or left no checkpoint,
 *   `engine.lost` where this engine closes
 */
export async function resumeRun(
  context: ServiceContext,
  { runId }: Request<'runs.resume'>,
): Promise<Response<'runs.resume'>> {
  // A run that is not in the log is told before one whose files are gone.
  readResult(context.log, runId);
  const runDirectory = context.runDirectory(runId);
  return context.starting(async () => {
    reopenRun(context.log, runId, await hasCheckpoint(runDirectory));
    // Only now: its stages may have been changed until then.
    const plan = readPlan(context.log, runId);
    context.supervise({
      runId,
      plan: { ...plan, dataset: locatedDataset(context, plan.dataset) },
      runDirectory,
      cacheDirectory: context.cache,
      cacheLimitBytes: cacheLimit(context),
      ...sourceFolders(context, plan),
      resume: true,
      home: context.home,
    });
    return { runId };
  });
}
