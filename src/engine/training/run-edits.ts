import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { imageEdit, type ImageEdit } from '../../shared/contract/dataset-edits.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { ImageEdits } from '../dataset/edits/image-edits.ts';
import type { ModelFile } from './model-file.ts';

const EDITS_FILE = 'dataset-edits.json';
const editsFile = z.strictObject({ schemaVersion: z.literal(1), edits: z.array(imageEdit) });

export function editsByPath(edits: readonly ImageEdit[]): ImageEdits {
  return new Map(edits.map((edit) => [edit.path, edit]));
}

/** Keeps what a run's dataset was edited by, so that a resumed run has the same images; written aside, then renamed. */
export async function writeRunEdits(runDirectory: string, edits: readonly ImageEdit[]): Promise<void> {
  if (edits.length === 0) return;
  const target = path.join(runDirectory, EDITS_FILE);
  await writeFile(`${target}.part`, JSON.stringify({ schemaVersion: 1, edits }));
  await rename(`${target}.part`, target);
}

/**
 * What the dataset of a run was edited by when it began.
 *
 * @throws ThawError `training.checkpoint` where the run had edits and they are not there any more
 */
export async function readRunEdits(
  runDirectory: string,
  { edits: count = 0 }: Pick<ModelFile, 'edits'>,
): Promise<ImageEdits> {
  if (count === 0) return editsByPath([]);
  const file = path.join(runDirectory, EDITS_FILE);
  try {
    const { edits } = editsFile.parse(JSON.parse(await readFile(file, 'utf8')));
    if (edits.length === count) return editsByPath(edits);
  } catch {
    // Without them what validated might be trained on: said below.
  }
  throw new ThawError(
    'training.checkpoint',
    `A resumed run needs the ${count} edits that its dataset had when it began; they cannot be read from ${file}.`,
    "Put the run's own files back, or train a new run.",
  );
}
