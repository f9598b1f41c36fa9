import { featureFeed, type Program } from '../graph/program.ts';
import type { Feed, HeldTensor, Session } from '../runtime/session.ts';
import type { DecodedImages } from './decoded-images.ts';

export type Feeds = Readonly<Record<string, Feed | HeldTensor>>;

export interface Batch {
  readonly rows: Int32Array;
  readonly feeds: Feeds;
}

/** One split of the dataset in the form in which `train` and `evaluate` take it. */
export interface BatchSource {
  readonly count: number;
  /**
   * What to feed for each batch in turn.
   *
   * @param batches the rows of each, images of the split
   * @param epoch decides what augmentation makes of them
   */
  feeds(batches: Iterable<Int32Array>, epoch?: number): Iterable<Batch> | AsyncIterable<Batch>;
}

/** Features and labels stay in the session; a step is fed row numbers only. */
export function featureSource(
  session: Session,
  program: Program,
  /** One array a cut tensor, [images of the whole dataset, ...shape]. */
  features: ReadonlyMap<string, Float32Array>,
  /** Which images of the dataset belong to this split. */
  images: readonly number[],
  labels: Int32Array,
): BatchSource {
  const held: Record<string, HeldTensor> = {
    labels: session.hold({ data: labels, shape: [labels.length] }),
  };
  for (const { name, shape } of program.cut) {
    const all = features.get(name);
    if (!all) throw new TypeError(`There are no features of '${name}'.`);
    const size = shape.reduce((product, length) => product * length, 1);
    const own = new Float32Array(images.length * size);
    images.forEach((image, row) => own.set(all.subarray(image * size, (image + 1) * size), row * size));
    held[featureFeed(name)] = session.hold({ data: own, shape: [images.length, ...shape] });
  }
  return {
    count: images.length,
    *feeds(batches) {
      for (const rows of batches) yield { rows, feeds: { ...held, rows: { data: rows, shape: [rows.length] } } };
    },
  };
}

/** Makes the next batch ready while the one before is computed. */
async function* oneAhead(batches: Iterable<Int32Array>, make: (rows: Int32Array) => Promise<Batch>) {
  let next: Promise<Batch> | null = null;
  try {
    for (const rows of batches) {
      const made = make(rows);
      // Whoever takes the batch hears of it.
      made.catch(() => undefined);
      const ready = next;
      next = made;
      if (ready) yield await ready;
    }
    if (next) yield await next;
  } finally {
    await next?.catch(() => undefined);
  }
}

/**
 * A step is fed the pixels of its batch.
 *
 * @param options.images which images of the dataset belong to this split
 * @param options.boxes what is cut from each image of a batch at an epoch, [images, 4]; null feeds no boxes
 */
export function imageSource(options: {
  readonly decoded: DecodedImages;
  readonly images: readonly number[];
  readonly labels: Int32Array;
  readonly boxes: ((epoch: number, rows: Int32Array, aspectRatios: readonly number[]) => Float32Array) | null;
}): BatchSource {
  const { decoded, images, labels, boxes } = options;
  const make = async (rows: Int32Array, epoch: number): Promise<Batch> => {
    const read = await Promise.all(Array.from(rows, (row) => decoded.read(images[row] ?? -1)));
    const size = read[0]?.pixels.length ?? 0;
    const bytes = new Uint8Array(rows.length * size);
    read.forEach(({ pixels }, index) => bytes.set(pixels, index * size));
    const batchLabels = Int32Array.from(rows, (row) => labels[row] ?? 0);
    const drawn = boxes?.(
      epoch,
      rows,
      read.map(({ aspectRatio }) => aspectRatio),
    );
    return {
      rows,
      feeds: {
        images: { data: [bytes], shape: [] },
        labels: { data: batchLabels, shape: [rows.length] },
        ...(drawn && { boxes: { data: drawn, shape: [rows.length, 4] } }),
      },
    };
  };
  return {
    count: images.length,
    feeds: (batches, epoch = 0) => oneAhead(batches, (rows) => make(rows, epoch)),
  };
}

/** The rows of each batch in turn; the last one may be smaller. */
export function* batches(order: Int32Array, batchSize: number, firstBatch = 0): Generator<Int32Array> {
  for (let start = firstBatch * batchSize; start < order.length; start += batchSize) {
    yield order.slice(start, start + batchSize);
  }
}

/** The rows of a split in their own order. */
export function inOrder(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}
