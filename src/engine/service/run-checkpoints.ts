import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { readResult } from '../experiment/run-reader.ts';
import { listCheckpoints, starCheckpoint, unstarCheckpoint } from '../training/starred-checkpoints.ts';
import type { ServiceContext } from './context.ts';

/** @throws ThawError `run.unknown` */
function directoryOf(context: ServiceContext, runId: string): string {
  // A run that is not in the log is told before one whose files are gone.
  readResult(context.log, runId);
  return context.runDirectory(runId);
}

/** @throws ThawError `run.unknown` */
export async function showCheckpoints(
  context: ServiceContext,
  { runId }: Request<'runs.checkpoints'>,
): Promise<Response<'runs.checkpoints'>> {
  return [...(await listCheckpoints(directoryOf(context, runId)))];
}

/** @throws ThawError `run.unknown`, `training.checkpoint`, `disk.full`, `disk.readOnly` */
export async function star(
  context: ServiceContext,
  { runId, checkpoint }: Request<'runs.star'>,
): Promise<Response<'runs.star'>> {
  return starCheckpoint(directoryOf(context, runId), checkpoint);
}

/** @throws ThawError `run.unknown`, `training.checkpoint`, `disk.readOnly` */
export async function unstar(
  context: ServiceContext,
  { runId, step }: Request<'runs.unstar'>,
): Promise<Response<'runs.unstar'>> {
  const directory = directoryOf(context, runId);
  await unstarCheckpoint(directory, step);
  return [...(await listCheckpoints(directory))];
}
