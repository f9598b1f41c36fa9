import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { imageEdit, type ImageEdit } from '../../shared/contract/dataset-edits.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { followImages } from '../dataset/edits/follow-images.ts';
import type { ImageEdits } from '../dataset/edits/image-edits.ts';
import type { DatasetContent } from '../dataset/read-content.ts';
import type { ModelFile } from './model-file.ts';

export const EDITS_FILE = 'dataset-edits.json';

const runEdit = imageEdit.extend({
  /** SHA-256 of the image's file; left out where it was not there. */
  contentHash: z.string().optional(),
  /** Where copies of it lay, which the edit was not of. */
  copies: z.array(z.string()).optional(),
});
const alone = imageEdit.strip();
const editsFile = z.strictObject({ schemaVersion: z.literal(1), edits: z.array(runEdit) });

/** What was decided of an image when a run began, and which image that was. */
export type RunEdit = z.infer<typeof runEdit>;

const contentsOf = ({ images, untrained, unlabelled }: DatasetContent): ReadonlyMap<string, string> =>
  new Map([...images, ...untrained, ...unlabelled].map((image) => [image.path, image.contentHash]));

/** Edits of a dataset that a run begins with, each with the image that it is of. */
export function editsOfRun(edits: ImageEdits, content: DatasetContent): readonly RunEdit[] {
  if (edits.size === 0) return [];
  const contents = contentsOf(content);
  const places = Map.groupBy(contents.keys(), (place) => contents.get(place));
  return [...edits.values()].map((edit): RunEdit => {
    const contentHash = contents.get(edit.path);
    if (contentHash === undefined) return edit;
    const copies = (places.get(contentHash) ?? []).filter((place) => place !== edit.path);
    return { ...edit, contentHash, ...(copies.length > 0 && { copies }) };
  });
}

/** The edits that a run began with, of the images where they lie now; by path only where their contents are nowhere. */
export function editsToday(edits: readonly RunEdit[], content: DatasetContent): ImageEdits {
  const decided = edits.map((edit) => ({ ...edit, contentHash: edit.contentHash ?? null }));
  const moves = followImages(decided, contentsOf(content), ({ copies = [] }, place) => !copies.includes(place));
  const taken = new Set(moves.values());
  return new Map(
    edits.flatMap((edit): (readonly [string, ImageEdit])[] => {
      const place = moves.get(edit.path);
      if (place === undefined && taken.has(edit.path)) return [];
      const now = alone.parse({ ...edit, path: place ?? edit.path });
      return [[now.path, now]];
    }),
  );
}

/** Keeps what a run's dataset was edited by, so that a resumed run has the same images; written aside, then renamed. */
export async function writeRunEdits(runDirectory: string, edits: readonly RunEdit[]): Promise<void> {
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
): Promise<readonly RunEdit[]> {
  if (count === 0) return [];
  const file = path.join(runDirectory, EDITS_FILE);
  try {
    const { edits } = editsFile.parse(JSON.parse(await readFile(file, 'utf8')));
    if (edits.length === count) return edits;
  } catch {
    // Without them what validated might be trained on: said below.
  }
  throw new ThawError(
    'training.checkpoint',
    `A resumed run needs the ${count} edits that its dataset had when it began; they cannot be read from ${file}.`,
    "Put the run's own files back, or train a new run.",
  );
}
