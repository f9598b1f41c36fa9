import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { CheckpointChoice } from '../../shared/contract/checkpoint.ts';
import { epochMetrics } from '../../shared/contract/run.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import type { Session } from '../runtime/session.ts';
import { publishFolder, replaceFile } from './durable.ts';

const firstState = z.strictObject({
  schemaVersion: z.literal(1),
  /** Epochs of the whole run that are complete. */
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
  /** Of the whole run; 0 where what it began with is better than each of its epochs. */
  bestEpoch: z.int().nullable(),
});

/** What the validation gave before the first step. */
const baseline = epochMetrics.pick({ val_loss: true, val_accuracy: true });

/** Everything beside tensors and slots that decides how training goes on. */
const trainingState = firstState.extend({
  schemaVersion: z.literal(2),
  /** The stage that the tensors are of, from 0; it may be over. */
  stage: z.int().min(0),
  /** Epochs that were complete when it began. */
  stageBegan: z.int().min(0),
  /** What was proved of the stages before it. */
  proved: z.array(z.strictObject({ tensors: z.int(), unchanged: z.boolean() })),
  /** null where nobody looked. */
  baseline: baseline.nullable(),
});
export type TrainingState = z.infer<typeof trainingState>;

const anyState = z.union([
  trainingState,
  firstState.transform((state): TrainingState => ({ ...state, ...ONE_PIECE, schemaVersion: 2 })),
]);

/** What a run of one piece is, as all were of before there were stages. */
const ONE_PIECE = { stage: 0, stageBegan: 0, proved: [], baseline: null };

export const INITIAL_STATE: TrainingState = {
  ...ONE_PIECE,
  schemaVersion: 2,
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

type CheckpointKind = Extract<CheckpointChoice, string>;

/** What the files of a checkpoint's folder take. */
export async function checkpointBytes(folder: string): Promise<number> {
  const files = await readdir(folder);
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

export function checkpointsDirectory(runDirectory: string): string {
  return path.join(runDirectory, 'checkpoints');
}

function indexFile(runDirectory: string): string {
  return path.join(checkpointsDirectory(runDirectory), 'index.json');
}

/** Whether a run's folder says of checkpoints which are the run's. */
export function hasIndex(runDirectory: string): boolean {
  return existsSync(indexFile(runDirectory));
}

/** @returns null where nothing was written yet, or nothing that this Thaw understands */
export async function readIndex(runDirectory: string): Promise<CheckpointIndex | null> {
  try {
    const text = await readFile(indexFile(runDirectory), 'utf8');
    return checkpointIndex.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Says which checkpoints are the run's, all of which stand complete. */
export async function writeIndex(runDirectory: string, index: CheckpointIndex): Promise<void> {
  await replaceFile(indexFile(runDirectory), JSON.stringify(index));
}

/**
 * Writes tensors, slots and state aside, then makes them the last checkpoint, and the best one too where asked: a kill at
 * any moment, or a power cut, leaves the ones before. Folders that are no longer named are removed; what was starred lies in
 * a folder of its own (`starred-checkpoints.ts`).
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
      await publishFolder(aside, target);
    } else {
      await replaceFile(path.join(target, 'state.json'), JSON.stringify(state));
    }
    const index: CheckpointIndex = { schemaVersion: 1, last: name, best: isBest ? name : (previous?.best ?? null) };
    await writeIndex(runDirectory, index);
    for (const entry of await readdir(directory)) {
      if (entry.startsWith('step-') && entry !== index.last && entry !== index.best) {
        await rm(path.join(directory, entry), { recursive: true, force: true });
      }
    }
    return { path: path.join('checkpoints', name), bytes: await checkpointBytes(target) };
  } catch (error) {
    throw explainDiskError(error, 'write the checkpoint');
  }
}

/** What of a run lies on disk is there no more; what the log knows of it stays. */
function notThere(what: string): ThawError {
  return new ThawError(
    'training.checkpoint',
    `A run's checkpoints lie in its folder; ${what} is not there.`,
    'Put it back where it was moved or deleted, or train again with `thaw runs repeat ID`: the log still has the plan and all figures.',
  );
}

/** @throws ThawError `training.checkpoint` where the folder of a run is not there */
export function assertRunFolder(runDirectory: string): void {
  if (!existsSync(runDirectory)) throw notThere(`'${runDirectory}'`);
}

/**
 * @returns the prefix of the native checkpoint's files, for `restore` and for readers
 * @throws ThawError `training.checkpoint` where the run has none of that kind
 */
export async function checkpointPrefix(runDirectory: string, kind: CheckpointKind): Promise<string> {
  const index = await readIndex(runDirectory);
  const name = index === null ? null : index[kind];
  if (name === null) {
    assertRunFolder(runDirectory);
    throw new ThawError(
      'training.checkpoint',
      `This needs the run's ${kind} checkpoint; found none in ${checkpointsDirectory(runDirectory)}.`,
      'The run ended before it wrote one: train again.',
    );
  }
  const folder = path.join(checkpointsDirectory(runDirectory), name);
  if (!existsSync(folder)) throw notThere(`'${folder}' of its ${kind} one`);
  return path.join(folder, 'checkpoint');
}

/** @throws ThawError `training.checkpoint` for a missing or foreign state file */
export async function readTrainingState(runDirectory: string): Promise<TrainingState> {
  const prefix = await checkpointPrefix(runDirectory, 'last');
  return readStateOf(path.dirname(prefix));
}

/** The state in a checkpoint's folder. @throws ThawError `training.checkpoint` */
export async function readStateOf(folder: string): Promise<TrainingState> {
  const file = path.join(folder, 'state.json');
  try {
    return anyState.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new ThawError(
      'training.checkpoint',
      `A checkpoint's state must be one this Thaw wrote (version 1 or 2); could not read ${file}.`,
      'Use the Thaw that made this run, or train again.',
      { cause: error },
    );
  }
}
