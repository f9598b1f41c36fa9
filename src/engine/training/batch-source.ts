import { featureFeed, type Program } from '../graph/program.ts';
import type { Feed, HeldTensor, Session } from '../runtime/session.ts';

export type Feeds = Readonly<Record<string, Feed | HeldTensor>>;

/** One split of the dataset in the form in which `train` and `evaluate` take it. */
export interface BatchSource {
  readonly count: number;
  /** What to feed for these images of the split. */
  feeds(rows: Int32Array): Feeds;
  dispose(): void;
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
    feeds: (rows) => ({ ...held, rows: { data: rows, shape: [rows.length] } }),
    dispose: () => {
      for (const tensor of Object.values(held)) tensor.dispose();
    },
  };
}

/** Decoded pixels stay in memory; a step is fed its batch of them. */
export function imageSource(pixels: readonly Uint8Array[], labels: Int32Array): BatchSource {
  const size = pixels[0]?.length ?? 0;
  return {
    count: pixels.length,
    feeds: (rows) => {
      const batch = new Uint8Array(rows.length * size);
      const batchLabels = new Int32Array(rows.length);
      rows.forEach((row, index) => {
        batch.set(pixels[row] ?? [], index * size);
        batchLabels[index] = labels[row] ?? 0;
      });
      return { images: { data: [batch], shape: [] }, labels: { data: batchLabels, shape: [rows.length] } };
    },
    dispose: () => undefined,
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
