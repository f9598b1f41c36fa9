import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { checkpointsDirectory, readIndex, readStateOf, writeIndex } from './checkpoint.ts';
import { publishFolder } from './durable.ts';
import { linkFolder, linkOrCopy } from './link-files.ts';
import { FIRST_FOLDER } from './introspect.ts';
import { MODEL_FILE, readModelFile } from './model-file.ts';
import { EDITS_FILE } from './run-edits.ts';
import { chosenPrefix } from './starred-checkpoints.ts';

async function linkCheckpoint(from: string, to: string): Promise<void> {
  const aside = `${to}.part`;
  await rm(aside, { recursive: true, force: true });
  await linkFolder(from, aside);
  await rm(to, { recursive: true, force: true });
  await publishFolder(aside, to);
}

/** The checkpoint of a run's best epoch so far; null where none is complete. @throws ThawError `training.checkpoint` */
async function bestFolder(runDirectory: string, bestEpoch: number | null): Promise<string | null> {
  if (bestEpoch === null) return null;
  const best = (await readIndex(runDirectory))?.best ?? null;
  const folder = best === null ? null : path.join(checkpointsDirectory(runDirectory), best);
  if (folder !== null && (await readStateOf(folder)).epoch === bestEpoch) return folder;
  throw new ThawError(
    'training.checkpoint',
    `A run that is continued needs the checkpoint of its best epoch, ${bestEpoch}; it is no longer kept in ${checkpointsDirectory(runDirectory)}.`,
    'The run has gone on since: continue it from its last checkpoint.',
  );
}

/**
 * Lets a run go on where another stood at a step: gives it all that a resumed run finds in its folder, under second names, so
 * that it takes no room twice and neither run changes the other's. The index of checkpoints comes last: what was cut short
 * is done again.
 *
 * @throws ThawError `training.checkpoint` where that step, or the best epoch until then, is not kept; `disk.full`
 */
export async function takeOver(from: string, to: string, step: number): Promise<void> {
  if ((await readIndex(to)) !== null) return;
  const last = path.dirname(await chosenPrefix(from, { step }));
  const { bestEpoch, stage } = await readStateOf(last);
  const best = await bestFolder(from, bestEpoch);
  const first = path.join(checkpointsDirectory(from), FIRST_FOLDER);
  // Of the stage that was entered last, whose cut another has not.
  const { stagesFrozen = [] } = await readModelFile(from);
  const isOfStage = stagesFrozen.length === stage && existsSync(first);
  const folders = [last, ...(best === null ? [] : [best]), ...(isOfStage ? [first] : [])];
  try {
    for (const folder of new Map(folders.map((folder) => [path.basename(folder), folder])).values()) {
      await linkCheckpoint(folder, path.join(checkpointsDirectory(to), path.basename(folder)));
    }
    for (const file of [EDITS_FILE, MODEL_FILE]) {
      await rm(path.join(to, file), { force: true });
      if (existsSync(path.join(from, file))) await linkOrCopy(path.join(from, file), path.join(to, file));
    }
    await writeIndex(to, { schemaVersion: 1, last: path.basename(last), best: best && path.basename(best) });
  } catch (error) {
    throw explainDiskError(error, 'take over the checkpoint');
  }
}
