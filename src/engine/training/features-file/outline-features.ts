import { stat } from 'node:fs/promises';
import type { Dataset, DatasetImage } from '../../dataset/dataset.ts';
import { fileState, type FileState } from '../../dataset/examine-file.ts';
import { UNLABELLED } from '../../dataset/read-images.ts';
import type { SplitOptions } from '../../dataset/split/split-images.ts';
import { elementCount } from '../../network/shape.ts';
import type { NpzReader } from '../../numpy/npz-reader.ts';
import { describeFeatures, withFeaturesFile, type FeaturesDescription } from './describe-features.ts';
import { ARRAYS } from './metadata.ts';
import { hashesOf, pinsOf, readArrays, splitsOf, withValidation } from './read-features.ts';
import { readLabels } from './read-labels.ts';

/** Rows that bring no hash are told apart by their features: of more bytes than this these are not read for it. */
const MOST_HASHED_BYTES = 64 * 2 ** 20;

/** All that a features file says, but for the features. */
export interface FeaturesOutline {
  readonly description: FeaturesDescription;
  readonly classes: readonly string[];
  /** The rows that have a class, those held out for validation not yet told apart. */
  readonly images: readonly DatasetImage[];
  readonly unlabelled: number;
  /** Whether the file says itself which rows validate. */
  readonly ownValidation: boolean;
  readonly file: FileState;
}

/** Where features are too many to be read here, their rows' numbers: as many validate then, but perhaps others. */
async function contentsOf(reader: NpzReader, description: FeaturesDescription): Promise<readonly string[]> {
  const { arrays, images } = description;
  const bytes = arrays.reduce((sum, { shape }) => sum + images * elementCount(shape) * 4, 0);
  if (reader.names.includes(ARRAYS.contentHashes)) return hashesOf(reader, description, []);
  if (bytes > MOST_HASHED_BYTES) return Array.from({ length: images }, (_, row) => String(row));
  return hashesOf(reader, description, await readArrays(reader, description));
}

async function outline(
  reader: NpzReader,
  description: FeaturesDescription,
  file: FeaturesOutline['file'],
): Promise<FeaturesOutline> {
  const { path, images } = description;
  const { classes, labels } = await readLabels(reader, path, images);
  const splits = await splitsOf(reader, images);
  const pins = await pinsOf(reader, images);
  const hashes = await contentsOf(reader, description);
  const labelled = labels.flatMap((label, row): DatasetImage[] => {
    if (label === UNLABELLED) return [];
    const split = splits[row] ?? 'train';
    const image = { path: `row ${row}`, split, label, bytes: 0, contentHash: hashes[row] ?? '' };
    return [pins[row] === true ? { ...image, pinned: split } : image];
  });
  return {
    description,
    classes,
    images: labelled,
    unlabelled: images - labelled.length,
    ownValidation: labelled.some(({ split }) => split === 'validation'),
    file,
  };
}

/**
 * Reads what a features file says of its rows; of the features themselves no more than tells rows apart.
 *
 * @throws ThawError `features.unreadable`, `dataset.classes`
 */
export async function outlineFeatures(path: string): Promise<FeaturesOutline> {
  const description = await describeFeatures(path);
  const file = fileState(await stat(path));
  return withFeaturesFile(path, (reader) => outline(reader, description, file));
}

/**
 * The rows as a plan splits them.
 *
 * @throws ThawError `dataset.images` where that leaves nothing for validation
 */
export function splitOutline({ description, classes, images, file }: FeaturesOutline, options: SplitOptions): Dataset {
  return {
    root: description.path,
    classes,
    images: withValidation(description.path, images, options),
    skipped: [],
    version: `${file.bytes}-${file.modified}`,
  };
}
