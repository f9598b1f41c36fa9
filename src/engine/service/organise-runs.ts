import path from 'node:path';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { folderBytes } from '../cache/cache-folder.ts';
import { editRuns, restoreRuns, trashedRuns, trashRuns } from '../experiment/run-edits.ts';
import type { ServiceContext } from './context.ts';
import { emptyTrash, leftBehind } from './empty-trash.ts';

/** @throws ThawError `run.unknown`, `usage.invalid`, `disk.full`, `disk.readOnly` */
export function changeRuns(context: ServiceContext, request: Request<'runs.edit'>): Response<'runs.edit'> {
  editRuns(context.log, request);
  context.tellOfRuns();
  return {};
}

/** @throws ThawError `run.unknown`, `run.state`, `disk.full`, `disk.readOnly` */
export function throwAway(context: ServiceContext, { runIds }: Request<'runs.trash'>): Response<'runs.trash'> {
  trashRuns(context.log, runIds);
  context.tellOfRuns();
  return {};
}

/** @throws ThawError `run.unknown`, `disk.full`, `disk.readOnly` */
export function takeBack(context: ServiceContext, { runIds }: Request<'runs.restore'>): Response<'runs.restore'> {
  // Whoever emptied the trash may have been killed with a run's folder set aside.
  leftBehind(context.log, path.dirname(context.runDirectory('any')));
  restoreRuns(context.log, runIds);
  context.tellOfRuns();
  return {};
}

/** What emptying the trash would take away. */
export async function weighTrash(context: ServiceContext): Promise<Response<'runs.weighTrash'>> {
  const runIds = trashedRuns(context.log);
  let bytes = 0;
  for (const runId of runIds) bytes += await folderBytes(context.runDirectory(runId));
  return { runs: runIds.length, bytes };
}

/** @throws ThawError `disk.full`, `disk.readOnly` */
export async function deleteTrash(
  context: ServiceContext,
  { runIds }: Request<'runs.emptyTrash'>,
): Promise<Response<'runs.emptyTrash'>> {
  const emptied = await emptyTrash(context.log, (runId) => context.runDirectory(runId), runIds);
  context.tellOfRuns();
  return emptied;
}
