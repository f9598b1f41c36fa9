import { bitsOf } from '../graph/ops/fed-rows.ts';
import { featureFeed } from '../graph/program.ts';
import type { Program } from '../graph/program-description.ts';
import type { Feed, HeldTensor, Session } from '../runtime/session.ts';
import type { DecodedImages } from './decoded-images.ts';
import type { BatchRows } from './epoch-order.ts';

export type Feeds = Readonly<Record<string, Feed | HeldTensor>>;

export interface Batch {
  readonly rows: Int32Array;
  readonly feeds: Feeds;
}

/** One split of the dataset in the form in which `train` and `evaluate` take it. */
export interface BatchSource {
  readonly count: number;
  /** Of its images. */
  readonly labels: Int32Array;
  /**
   * What to feed for each batch in turn.
   *
   * @param batches the rows of each, images of the split
   * @param epoch decides what augmentation makes of them
   */
  feeds(batches: Iterable<BatchRows>, epoch?: number): Iterable<Batch> | AsyncIterable<Batch>;
}

/** What a split's features are taken from. */
export interface FeatureRows {
  /** One array a cut tensor, [images of the whole dataset, ...shape]; several where each image has variants. */
  readonly variants: readonly ReadonlyMap<string, Float32Array>[];
  /** Which of them is taken of each image of a batch; the first where there is but one. */
  readonly choose?: ((epoch: number, batch: BatchRows) => Int32Array) | undefined;
}

/**
 * Features and labels stay in the session; a step is fed row numbers only.
 *
 * @param images which images of the dataset belong to this split
 */
export function featureSource(
  session: Session,
  program: Program,
  { variants, choose }: FeatureRows,
  images: readonly number[],
  labels: Int32Array,
): BatchSource {
  const count = images.length;
  const rowsInAll = variants.length * count;
  const allLabels = Int32Array.from({ length: rowsInAll }, (_, row) => labels[row % count] ?? 0);
  const held: Record<string, HeldTensor> = { labels: session.hold({ data: allLabels, shape: [rowsInAll] }) };
  for (const { name, shape } of program.cut) {
    const size = shape.reduce((product, length) => product * length, 1);
    const own = new Float32Array(rowsInAll * size);
    variants.forEach((features, variant) => {
      const all = features.get(name);
      if (!all) throw new TypeError(`There are no features of '${name}'.`);
      const start = variant * count;
      images.forEach((image, row) => own.set(all.subarray(image * size, (image + 1) * size), (start + row) * size));
    });
    held[featureFeed(name)] = session.hold(bitsOf({ data: own, shape: [rowsInAll, ...shape] }));
  }
  return {
    count,
    labels,
    *feeds(batches, epoch = 0) {
      for (const batch of batches) {
        const chosen = choose?.(epoch, batch);
        const data = chosen ? batch.rows.map((row, index) => (chosen[index] ?? 0) * count + row) : batch.rows;
        yield { rows: batch.rows, feeds: { ...held, rows: { data, shape: [data.length] } } };
      }
    },
  };
}

/** Makes the next batch ready while the one before is computed. */
export async function* oneAhead(batches: Iterable<BatchRows>, make: (batch: BatchRows) => Promise<Batch>) {
  let next: Promise<Batch> | null = null;
  try {
    for (const batch of batches) {
      const made = make(batch);
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
 * @param options.augment what chance decides for each image of a batch at an epoch; null feeds nothing of the kind
 */
export function imageSource(options: {
  readonly decoded: DecodedImages;
  readonly images: readonly number[];
  readonly labels: Int32Array;
  readonly augment: ((epoch: number, batch: BatchRows, aspectRatios: readonly number[]) => Feeds) | null;
}): BatchSource {
  const { decoded, images, labels, augment } = options;
  const make = async (batch: BatchRows, epoch: number): Promise<Batch> => {
    const { rows } = batch;
    const read = await Promise.all(Array.from(rows, (row) => decoded.read(images[row] ?? -1)));
    const size = read[0]?.pixels.length ?? 0;
    const bytes = new Uint8Array(rows.length * size);
    read.forEach(({ pixels }, index) => bytes.set(pixels, index * size));
    const batchLabels = Int32Array.from(rows, (row) => labels[row] ?? 0);
    const aspectRatios = read.map(({ aspectRatio }) => aspectRatio);
    return {
      rows,
      feeds: {
        images: { data: [bytes], shape: [] },
        labels: { data: batchLabels, shape: [rows.length] },
        ...augment?.(epoch, batch, aspectRatios),
      },
    };
  };
  return {
    count: images.length,
    labels,
    feeds: (batches, epoch = 0) => oneAhead(batches, (batch) => make(batch, epoch)),
  };
}
