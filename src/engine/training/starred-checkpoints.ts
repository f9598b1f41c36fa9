import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CheckpointChoice, StoredCheckpoint } from '../../shared/contract/checkpoint.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import {
  assertRunFolder,
  checkpointBytes,
  checkpointPrefix,
  checkpointsDirectory,
  readIndex,
  readStateOf,
} from './checkpoint.ts';
import { publishFolder } from './durable.ts';
import { linkFolder } from './link-files.ts';

const STARRED = 'starred';

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function stepOf(folder: string): number | null {
  const found = /^step-(\d+)$/.exec(folder)?.[1];
  return found === undefined ? null : Number(found);
}

async function stepFolders(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => stepOf(name) !== null);
}

/** @returns null for one that a run under way has just removed */
async function describe(
  runDirectory: string,
  relative: string,
  kinds: StoredCheckpoint['kinds'],
): Promise<StoredCheckpoint | null> {
  const folder = path.join(checkpointsDirectory(runDirectory), relative);
  try {
    const [state, bytes, { mtimeMs }] = await Promise.all([readStateOf(folder), checkpointBytes(folder), stat(folder)]);
    const metrics = state.history.at(-1);
    return {
      step: state.step,
      epoch: state.epoch,
      kinds,
      path: path.join('checkpoints', relative),
      bytes,
      writtenAt: Math.round(mtimeMs),
      val_loss: metrics?.val_loss ?? null,
      val_accuracy: metrics?.val_accuracy ?? null,
    };
  } catch (error) {
    if (error instanceof ThawError || codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The checkpoints that a run has kept, the earliest step first; one step is told once, whatever it is kept for. */
export async function listCheckpoints(runDirectory: string): Promise<readonly StoredCheckpoint[]> {
  const index = await readIndex(runDirectory);
  const starred = new Set(await stepFolders(path.join(checkpointsDirectory(runDirectory), STARRED)));
  const names = new Set([...starred, ...(index ? [index.last] : []), ...(index?.best ? [index.best] : [])]);
  const found = [...names].sort().map(async (name) => {
    const kinds = [
      ...(index?.last === name ? (['last'] as const) : []),
      ...(index?.best === name ? (['best'] as const) : []),
      ...(starred.has(name) ? (['starred'] as const) : []),
    ];
    return describe(runDirectory, starred.has(name) ? path.join(STARRED, name) : name, kinds);
  });
  return (await Promise.all(found)).flatMap((checkpoint) => checkpoint ?? []);
}

function chosen(checkpoints: readonly StoredCheckpoint[], choice: CheckpointChoice): StoredCheckpoint {
  const found = checkpoints.find(({ kinds, step }) =>
    typeof choice === 'object' ? step === choice.step : kinds.includes(choice),
  );
  if (found) return found;
  const wanted = typeof choice === 'object' ? `one of step ${choice.step}` : `a ${choice} one`;
  const kept = checkpoints.map(({ step }) => step).join(', ');
  throw new ThawError(
    'training.checkpoint',
    `A run keeps its last, its best and its starred checkpoints; asked for ${wanted}, found ${kept === '' ? 'none' : `steps ${kept}`}.`,
    'See them with `thaw runs checkpoints ID`.',
  );
}

/**
 * Where the files of a run's checkpoint lie, as `checkpointPrefix` tells of the best and the last one.
 *
 * @throws ThawError `training.checkpoint`, which names the steps that were kept
 */
export async function chosenPrefix(runDirectory: string, choice: CheckpointChoice): Promise<string> {
  if (typeof choice === 'string') return checkpointPrefix(runDirectory, choice);
  assertRunFolder(runDirectory);
  const checkpoint = chosen(await listCheckpoints(runDirectory), choice);
  return path.join(runDirectory, checkpoint.path, 'checkpoint');
}

/**
 * Keeps a checkpoint when training goes on and would remove it. Its files are linked into a folder that no trainer touches,
 * so that a run under way can be starred at any moment and nothing takes space twice.
 *
 * @throws ThawError `training.checkpoint` where there is no such checkpoint, `disk.full`, `disk.readOnly`
 */
export async function starCheckpoint(runDirectory: string, choice: CheckpointChoice): Promise<StoredCheckpoint> {
  assertRunFolder(runDirectory);
  const checkpoint = chosen(await listCheckpoints(runDirectory), choice);
  if (checkpoint.kinds.includes('starred')) return checkpoint;
  const name = path.basename(checkpoint.path);
  const source = path.join(runDirectory, checkpoint.path);
  const target = path.join(checkpointsDirectory(runDirectory), STARRED, name);
  const aside = `${target}.part`;
  try {
    await rm(aside, { recursive: true, force: true });
    await linkFolder(source, aside);
    await publishFolder(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (codeOf(error) !== 'ENOENT') throw explainDiskError(error, 'keep the checkpoint');
    throw new ThawError(
      'training.checkpoint',
      `Only a checkpoint that is there can be starred; the run has just replaced that of step ${checkpoint.step}.`,
      'Star it again: a newer one stands in its place.',
      { cause: error },
    );
  }
  return chosen(await listCheckpoints(runDirectory), { step: checkpoint.step });
}

/**
 * Lets a starred checkpoint go; as the last or best one it stays.
 *
 * @throws ThawError `training.checkpoint` where that step has no star, `disk.readOnly`
 */
export async function unstarCheckpoint(runDirectory: string, step: number): Promise<void> {
  assertRunFolder(runDirectory);
  const directory = path.join(checkpointsDirectory(runDirectory), STARRED);
  const names = await stepFolders(directory);
  const name = names.find((candidate) => stepOf(candidate) === step);
  if (name === undefined) {
    const steps = names.map(stepOf).join(', ');
    throw new ThawError(
      'training.checkpoint',
      `Only a starred checkpoint loses its star; asked for step ${step}, found ${steps === '' ? 'none' : `steps ${steps}`}.`,
      'See them with `thaw runs checkpoints ID`.',
    );
  }
  try {
    await rm(path.join(directory, name), { recursive: true });
  } catch (error) {
    throw explainDiskError(error, 'remove the checkpoint');
  }
}
