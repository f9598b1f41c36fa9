import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { epochMetrics } from '../../shared/contract/run.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import type { Session } from '../runtime/session.ts';

/** Everything beside tensors and slots that decides how training goes on. */
const trainingState = z.strictObject({
  schemaVersion: z.literal(1),
  /** Epochs that are complete. */
  epoch: z.int(),
  /** Steps of the whole run that are done. */
  step: z.int(),
  /** Steps of the epoch under way that are done, and what they summed up to. */
  partial: z.strictObject({
    steps: z.int(),
    images: z.int(),
    lossSum: z.number(),
    hits: z.number(),
    seconds: z.number(),
  }),
  history: z.array(epochMetrics),
  bestEpoch: z.int().nullable(),
});
export type TrainingState = z.infer<typeof trainingState>;

export const INITIAL_STATE: TrainingState = {
  schemaVersion: 1,
  epoch: 0,
  step: 0,
  partial: { steps: 0, images: 0, lossSum: 0, hits: 0, seconds: 0 },
  history: [],
  bestEpoch: null,
};

/** Which folder holds which checkpoint; replaced as a whole, so that it always names complete ones. */
const checkpointIndex = z.strictObject({
  schemaVersion: z.literal(1),
  last: z.string().regex(/^step-\d+$/),
  best: z
    .string()
    .regex(/^step-\d+$/)
    .nullable(),
});
type CheckpointIndex = z.infer<typeof checkpointIndex>;

export type CheckpointKind = 'last' | 'best';

function checkpointsDirectory(runDirectory: string): string {
  return path.join(runDirectory, 'checkpoints');
}

async function readIndex(runDirectory: string): Promise<CheckpointIndex | null> {
  try {
    const text = await readFile(path.join(checkpointsDirectory(runDirectory), 'index.json'), 'utf8');
    return checkpointIndex.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * Writes tensors, slots and state aside, then makes them the last checkpoint, and the best one too where asked: a kill at
 * any moment leaves the ones before. Folders that are no longer named are removed.
 *
 * @returns the folder, and the bytes it takes
 */
export async function writeCheckpoint(
  session: Session,
  runDirectory: string,
  state: TrainingState,
  isBest: boolean,
): Promise<{ readonly path: string; readonly bytes: number }> {
  const directory = checkpointsDirectory(runDirectory);
  const name = `step-${String(state.step).padStart(8, '0')}`;
  const target = path.join(directory, name);
  try {
    const previous = await readIndex(runDirectory);
    if (previous?.last !== name) {
      const aside = `${target}.part`;
      await rm(aside, { recursive: true, force: true });
      await mkdir(aside, { recursive: true });
      session.run('save', { prefix: { data: [Buffer.from(path.join(aside, 'checkpoint'))], shape: [] } });
      await writeFile(path.join(aside, 'state.json'), JSON.stringify(state));
      // Only an interrupted attempt at the very same step can stand here, and no index names it.
      await rm(target, { recursive: true, force: true });
      await rename(aside, target);
    } else {
      await writeFile(path.join(target, 'state.json.part'), JSON.stringify(state));
      await rename(path.join(target, 'state.json.part'), path.join(target, 'state.json'));
    }
    const index: CheckpointIndex = { schemaVersion: 1, last: name, best: isBest ? name : (previous?.best ?? null) };
    await writeFile(path.join(directory, 'index.json.part'), JSON.stringify(index));
    await rename(path.join(directory, 'index.json.part'), path.join(directory, 'index.json'));
    for (const entry of await readdir(directory)) {
      if (entry.startsWith('step-') && entry !== index.last && entry !== index.best) {
        await rm(path.join(directory, entry), { recursive: true, force: true });
      }
    }
    const files = await readdir(target);
    const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(target, file))).size));
    return { path: path.join('checkpoints', name), bytes: sizes.reduce((sum, size) => sum + size, 0) };
  } catch (error) {
    throw explainDiskError(error, 'write the checkpoint');
  }
}

/**
 * @returns the prefix of the native checkpoint's files, for `restore` and for readers
 * @throws ThawError `training.checkpoint` where the run has none of that kind
 */
export async function checkpointPrefix(runDirectory: string, kind: CheckpointKind): Promise<string> {
  const index = await readIndex(runDirectory);
  const name = index === null ? null : index[kind];
  if (name === null) {
    throw new ThawError(
      'training.checkpoint',
      `This needs the run's ${kind} checkpoint; found none in ${checkpointsDirectory(runDirectory)}.`,
      'The run ended before it wrote one: train again.',
    );
  }
  return path.join(checkpointsDirectory(runDirectory), name, 'checkpoint');
}

/** @throws ThawError `training.checkpoint` for a missing or foreign state file */
export async function readTrainingState(runDirectory: string): Promise<TrainingState> {
  const prefix = await checkpointPrefix(runDirectory, 'last');
  const file = path.join(path.dirname(prefix), 'state.json');
  try {
    return trainingState.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new ThawError(
      'training.checkpoint',
      `A checkpoint's state must be one this Thaw wrote (version 1); could not read ${file}.`,
      'Use the Thaw that made this run, or train again.',
      { cause: error },
    );
  }
}
