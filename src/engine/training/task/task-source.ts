import { exampleCount, type LearningTask } from '../../../shared/contract/learning-task.ts';
import { oneAhead, type Batch, type BatchSource, type Feeds } from '../batch-source.ts';
import type { DecodedImages } from '../decoded-images.ts';
import type { BatchRows } from '../epoch-order.ts';
import { randomGenerator } from '../random.ts';
import { pairing } from './pairs.ts';
import { corrupted, cropped, turned } from './pixels.ts';

type SelfTask = Exclude<LearningTask, { kind: 'classify' }>;

/** What is made of an image of a split, by its number in it. */
interface View {
  readonly image: number;
  /** null leaves the pixels as they are. */
  readonly change: ((pixels: Uint8Array) => Uint8Array) | null;
}

/** What a row of the task shows, and its label. */
interface Example {
  readonly views: readonly View[];
  readonly label: number;
}

interface SourceOptions {
  readonly task: SelfTask;
  readonly decoded: DecodedImages;
  /** What decoded images are of. */
  readonly size: { readonly height: number; readonly width: number };
  /** Which images of the dataset belong to this split, with their content hashes. */
  readonly images: readonly number[];
  readonly contentHashes: readonly string[];
  /** Their classes; null where none are known. */
  readonly labels: Int32Array | null;
  readonly seed: number;
  /** As `imageSource` takes it; of pairs both images are augmented apart. */
  readonly augment: ((epoch: number, batch: BatchRows, aspectRatios: readonly number[]) => Feeds) | null;
}

/** Numbers of a content hash that start a generator. */
function seedsOf(contentHash: string): readonly number[] {
  return [0, 8, 16].map((start) => Number.parseInt(contentHash.slice(start, start + 8), 16) | 0);
}

/** What every row of the task shows at an epoch. */
function examplesOf({ task, size, contentHashes, labels, images, seed }: SourceOptions) {
  const random = (epoch: number, image: number, view: number): (() => number) =>
    randomGenerator(seed, ...seedsOf(contentHashes[image] ?? ''), epoch, view);
  const plain = (image: number): View => ({ image, change: null });
  const spoilt = (epoch: number, image: number): View => ({
    image,
    change: (pixels) => corrupted(pixels, size, random(epoch, image, 0)),
  });
  const part = (epoch: number, image: number, view: number): View => ({
    image,
    change: (pixels) => cropped(pixels, size, random(epoch, image, view)),
  });
  const pairOf = pairing(labels, images.length, seed);
  return (epoch: number, row: number): Example => {
    switch (task.kind) {
      case 'autoencoder':
        return { views: [plain(row)], label: 0 };
      case 'rotation': {
        const [image, quarters] = [row >> 2, row & 3];
        return { views: [{ image, change: (pixels) => turned(pixels, size.height, quarters) }], label: quarters };
      }
      case 'corruption': {
        const [image, label] = [row >> 1, row & 1];
        return { views: [label === 1 ? spoilt(epoch, image) : plain(image)], label };
      }
      case 'pairs': {
        const { first, second, alike } = pairOf(epoch, row);
        // Two that only parts of one are alike to are told by what they show, not by that one is a part.
        const isPart = labels === null || first === second;
        const views = isPart ? [part(epoch, first, 1), part(epoch, second, 2)] : [plain(first), plain(second)];
        return { views, label: Number(alike) };
      }
      case 'ranking':
        return { views: [plain(row), spoilt(epoch, row)], label: 1 };
    }
  };
}

/**
 * A split in the form in which a task that looks at images alone takes it: an example is one image as it is, turned or
 * corrupted, or two one after the other. What is made of an image depends on seed, content and epoch alone.
 */
export function taskSource(options: SourceOptions): BatchSource {
  const { task, decoded, images, augment } = options;
  const exampleOf = examplesOf(options);
  const make = async ({ rows, repeats }: BatchRows, epoch: number): Promise<Batch> => {
    const examples = Array.from(rows, (row) => exampleOf(epoch, row));
    const views = examples.flatMap((example) => example.views);
    const read = await Promise.all(views.map(({ image }) => decoded.read(images[image] ?? -1)));
    const size = read[0]?.pixels.length ?? 0;
    const bytes = new Uint8Array(views.length * size);
    views.forEach(({ change }, index) => {
      const pixels = read[index]?.pixels ?? new Uint8Array();
      bytes.set(change ? change(pixels) : pixels, index * size);
    });
    const each = views.length / rows.length;
    const viewRows = {
      rows: Int32Array.from(views, (_, index) => (rows[Math.floor(index / each)] ?? 0) * each + (index % each)),
      repeats: Int32Array.from(views, (_, index) => repeats[Math.floor(index / each)] ?? 0),
    };
    return {
      rows,
      feeds: {
        images: { data: [bytes], shape: [] },
        labels: { data: Int32Array.from(examples, ({ label }) => label), shape: [rows.length] },
        ...augment?.(
          epoch,
          viewRows,
          read.map(({ aspectRatio }) => aspectRatio),
        ),
      },
    };
  };
  const count = exampleCount(task, images.length);
  return {
    count,
    labels: Int32Array.from({ length: count }, (_, row) => row % exampleCount(task, 1)),
    feeds: (batches, epoch = 0) => oneAhead(batches, (batch) => make(batch, epoch)),
  };
}
