import { createHash } from 'node:crypto';
import type { SkippedImage } from '../../../shared/contract/run.ts';
import type { Split } from '../dataset.ts';
import type { FoundImage } from '../found-image.ts';
import { filesOf, type Base, type FolderEntry } from '../structure/folder-layout.ts';
import type { StructureListing } from '../structure/listing.ts';
import { IdxProblem, readIdxFile } from './idx-file.ts';
import { idxEntry, idxMemberPath, idxRange, isIdxImagesName, isIdxLabelsName } from './idx-images.ts';
import { idxLayout } from './idx-layout.ts';
import { idxNumbers } from './idx-type.ts';

interface Pair {
  readonly images: FolderEntry;
  readonly labels: FolderEntry;
  readonly split: Split;
}

/** MNIST's tests came from ten thousand others. */
function splitOf(name: string): Split {
  if (/t10k|test/i.test(name)) return 'test';
  return /val/i.test(name) ? 'validation' : 'train';
}

function pairsOf(files: readonly FolderEntry[]): readonly Pair[] {
  const pairs = new Map<Split, Pair>();
  // A file and its unpacked copy are one: the one that needs no unpacking counts.
  for (const images of files.toSorted((left, right) => left.name.length - right.name.length)) {
    if (!isIdxImagesName(images.name)) continue;
    const labels = files.find(({ name }) => isIdxLabelsName(name, images.name));
    const split = splitOf(images.name);
    if (labels && !pairs.has(split)) pairs.set(split, { images, labels, split });
  }
  return [...pairs.values()];
}

/** Whether there are images and labels in files as MNIST's, those for training among them. */
export function hasIdxFiles(base: Base): boolean {
  return pairsOf(filesOf(base.entries)).some(({ split }) => split === 'train');
}

async function imagesOf({ images, labels, split }: Pair, signal: AbortSignal | undefined): Promise<FoundImage[]> {
  const all = await readIdxFile(images.realPath);
  const own = await readIdxFile(labels.realPath);
  const { count, height, width, channels } = idxLayout(all.shape);
  const classes = idxNumbers(own.type, own.bytes);
  if (own.shape.length !== 1 || classes.length !== count) {
    throw new IdxProblem(`it has ${count} images, and ${labels.name} has ${classes.length} labels`);
  }
  if (!classes.every((label) => Number.isInteger(label) && label >= 0)) {
    throw new IdxProblem(`a label is a whole number from 0 on, but ${labels.name} has others`);
  }
  signal?.throwIfAborted();
  const size = height * width * channels;
  // What makes other pixels of the same numbers belongs to an image's identity.
  const { lowest, highest } = idxRange(all);
  const kind = all.type.name === 'uint8' ? '' : ` ${all.type.name} ${lowest} ${highest}`;
  const dimensions = all.shape.length === 3 ? [height, width] : all.shape.slice(1);
  return Array.from({ length: count }, (_, index) => {
    const hash = createHash('sha256').update(`${dimensions.join(' ')}${kind}\n`);
    return {
      path: idxMemberPath(images.path, index),
      split,
      className: String(classes[index]),
      bytes: size * all.type.bytes,
      contentHash: hash.update(idxEntry(all, index)).digest('hex'),
    };
  });
}

/** Labels as names of equal length, so that their order as text is their order as numbers. */
function padded(images: readonly FoundImage[]): readonly FoundImage[] {
  const longest = images.reduce((most, { className }) => Math.max(most, className.length), 1);
  return images.map((image) => ({ ...image, className: image.className.padStart(longest, '0') }));
}

/** Images and labels in files as MNIST's; a pair that cannot be read is listed as refused. */
export async function listIdx(base: Base, signal: AbortSignal | undefined): Promise<StructureListing> {
  const files = filesOf(base.entries);
  const pairs = pairsOf(files);
  const refused: SkippedImage[] = [];
  const found: FoundImage[] = [];
  const splits = new Set<Split>();
  for (const pair of pairs) {
    signal?.throwIfAborted();
    try {
      for (const image of await imagesOf(pair, signal)) found.push(image);
      splits.add(pair.split);
    } catch (error) {
      if (!(error instanceof IdxProblem)) throw error;
      refused.push({ path: pair.images.path, reason: error.message });
    }
  }
  const contained = padded(found);
  const used = new Set(pairs.flatMap(({ images, labels }) => [images.path, labels.path]));
  const names = pairs.map(({ images }) => images.name);
  return {
    classNames: [...new Set(contained.flatMap(({ split, className }) => (split === 'train' ? [className] : [])))],
    files: [],
    contained,
    outside: base.entries
      .filter((entry): entry is FolderEntry => entry.kind !== 'refused' && !used.has(entry.path))
      .map((entry) => ({ entry, reason: 'it is no IDX file of images with labels' })),
    refused,
    splits,
    words: `IDX files as MNIST's, with labels beside them: ${names.join(', ')}.`,
    notes: [],
  };
}
