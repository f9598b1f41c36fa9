import { existsSync, readdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { EmptiedTrash } from '../../shared/contract/run-edit.ts';
import { explainDiskError } from '../../shared/errors/thaw-error.ts';
import { folderBytes } from '../cache/cache-folder.ts';
import type { Log } from '../experiment/log.ts';
import { deleteTrashedRun, hasRun, trashedRuns } from '../experiment/run-edits.ts';

/** A run's folder while it is deleted; the point keeps it apart from every run's id. */
const DELETED = '.deleted-';

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function rename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Finishes what a killed process left: the folder of a run that is still in the log goes back to its place, those of others
 * are returned, to be deleted.
 *
 * @param runsFolder where all runs have theirs
 * @throws ThawError `disk.readOnly`, `disk.full`
 */
export function leftBehind(log: Log, runsFolder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(runsFolder).filter((name) => name.startsWith(DELETED));
  } catch (error) {
    if (isMissing(error)) return [];
    throw explainDiskError(error, 'read the folder of the runs');
  }
  if (names.length === 0) return [];
  // Nobody else is in the middle of it then.
  return log.write('look for what was deleted', (database) =>
    names
      .map((name) => name.slice(DELETED.length))
      .filter((runId) => {
        if (!hasRun(database, runId)) return true;
        const place = path.join(runsFolder, runId);
        if (!existsSync(place)) rename(path.join(runsFolder, `${DELETED}${runId}`), place);
        return false;
      }),
  );
}

/**
 * Deletes what is in the trash, rows and folders. Each run's folder is renamed and its rows are deleted in one transaction,
 * then the files go: a process that is killed in between leaves a run that is whole or one that is gone.
 *
 * @param runDirectory where a run keeps its files
 * @param only these of the trash; all of it where it is left out
 * @throws ThawError `disk.readOnly`, `disk.full` where the log cannot be written at all
 */
export async function emptyTrash(
  log: Log,
  runDirectory: (runId: string) => string,
  only?: readonly string[],
): Promise<EmptiedTrash> {
  const asideOf = (runId: string): string => {
    const folder = runDirectory(runId);
    return path.join(path.dirname(folder), `${DELETED}${path.basename(folder)}`);
  };
  const due = leftBehind(log, path.dirname(runDirectory('any')));
  const problems: EmptiedTrash['problems'] = [];
  const removed: string[] = [];
  for (const runId of trashedRuns(log).filter((id) => only?.includes(id) ?? true)) {
    // Others are served between two runs.
    await setImmediate();
    const files = { moved: false };
    try {
      const gone = deleteTrashedRun(log, runId, () => {
        files.moved = rename(runDirectory(runId), asideOf(runId));
      });
      if (gone) removed.push(runId);
    } catch (error) {
      // What the log refused after its files were set aside is as it was again.
      if (files.moved) rename(asideOf(runId), runDirectory(runId));
      problems.push({ runId, problem: problemOf(explainDiskError(error, `delete run '${runId}'`)) });
    }
  }
  let bytes = 0;
  for (const runId of new Set([...due, ...removed])) {
    const aside = asideOf(runId);
    const before = await folderBytes(aside);
    try {
      await rm(aside, { recursive: true, force: true });
      bytes += before;
    } catch (error) {
      bytes += before - (await folderBytes(aside));
      problems.push({
        runId,
        problem: `Its files could not be deleted and lie in '${aside}' until the trash is emptied again (${problemOf(error)}).`,
      });
    }
  }
  return { removed, bytes, problems };
}
