import { stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { folderBytes } from '../cache/cache-folder.ts';

/** The last checkpoint, the best one, and the one that is written aside before it takes a place. */
const CHECKPOINTS_AT_ONCE = 3;
const GIGABYTE = 1e9;

/** What can still be written at a place, and what tells its disk from others. */
export interface FreeSpace {
  readonly bytes: number;
  readonly disk: number;
}

/** Of the folder, or of the nearest one above it that is there; null where the system does not tell. */
export async function freeSpace(folder: string): Promise<FreeSpace | null> {
  try {
    const [{ bavail, bsize }, { dev }] = await Promise.all([statfs(folder), stat(folder)]);
    return { bytes: bavail * bsize, disk: dev };
  } catch {
    const above = path.dirname(folder);
    return above === folder ? null : freeSpace(above);
  }
}

/** What a run is going to write. */
export interface DiskNeed {
  readonly runDirectory: string;
  /** One checkpoint, slots included. */
  readonly checkpointBytes: number;
  /** What else the run writes once beside its checkpoints. */
  readonly onceBytes: number;
  /** Each with what it would hold at most after this run: a cache that already holds as much grows no more. */
  readonly caches: readonly { readonly folder: string; readonly bytes: number }[];
}

function inWords(bytes: number): string {
  return bytes < GIGABYTE / 10 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / GIGABYTE).toFixed(1)} GB`;
}

async function growth({ folder, bytes }: DiskNeed['caches'][number]): Promise<number> {
  return Math.max(0, bytes - (await folderBytes(folder)));
}

/** What caches are going to take of a disk; on a disk of its own a cache that finds no room is done without. */
async function growthOn(
  disk: number,
  caches: DiskNeed['caches'],
  spaceOf: (folder: string) => Promise<FreeSpace | null>,
): Promise<number> {
  let sum = 0;
  for (const cache of caches) if ((await spaceOf(cache.folder))?.disk === disk) sum += await growth(cache);
  return sum;
}

/**
 * Looks for room before a run begins, for disks fill up in the middle of the night.
 *
 * @param spaceOf for tests
 * @throws ThawError `disk.full` where checkpoints do not fit beside what the run's caches take of the same disk
 */
export async function assertDiskSpace(
  need: DiskNeed,
  spaceOf: (folder: string) => Promise<FreeSpace | null> = freeSpace,
): Promise<void> {
  const home = await spaceOf(need.runDirectory);
  if (!home) return;
  const already = await folderBytes(path.join(need.runDirectory, 'checkpoints'));
  const checkpoints = Math.max(0, CHECKPOINTS_AT_ONCE * need.checkpointBytes - already) + need.onceBytes;
  const shared = await growthOn(home.disk, need.caches, spaceOf);
  if (checkpoints + shared <= home.bytes) return;
  const caches = shared === 0 ? '' : ` and its caches ${inWords(shared)}`;
  throw new ThawError(
    'disk.full',
    `A run needs room for its checkpoints before it begins; those of this one take ${inWords(checkpoints)}${caches}, and ${inWords(home.bytes)} are free at '${need.runDirectory}'.`,
    shared > 0 && checkpoints <= home.bytes
      ? 'Free some space (`thaw cache clear`), or set THAW_CACHE to a folder on another disk.'
      : 'Free some space, or set THAW_HOME and THAW_CACHE to folders on a larger disk.',
  );
}

/**
 * Looks for room before a large file is begun.
 *
 * @param need.file absolute; one that stands there stays until the new one is complete
 * @param spaceOf for tests
 * @throws ThawError `disk.full` where it does not fit beside what caches take of the same disk meanwhile
 */
export async function assertFileSpace(
  need: { readonly file: string; readonly bytes: number; readonly caches: DiskNeed['caches'] },
  spaceOf: (folder: string) => Promise<FreeSpace | null> = freeSpace,
): Promise<void> {
  const folder = path.dirname(need.file);
  const place = await spaceOf(folder);
  if (!place) return;
  const shared = await growthOn(place.disk, need.caches, spaceOf);
  if (need.bytes + shared <= place.bytes) return;
  const caches = shared === 0 ? '' : ` and the caches ${inWords(shared)}`;
  throw new ThawError(
    'disk.full',
    `A file needs room before it is begun; '${need.file}' takes ${inWords(need.bytes)}${caches}, and ${inWords(place.bytes)} are free there.`,
    shared > 0 && need.bytes <= place.bytes
      ? 'Free some space (`thaw cache clear`, `thaw cache limit`), or write the file elsewhere.'
      : 'Free some space there, or write the file elsewhere.',
  );
}
