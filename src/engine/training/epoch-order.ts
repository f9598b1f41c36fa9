import type { Sampling, TrainingPlan } from '../../shared/contract/plan.ts';
import { randomGenerator } from './random.ts';

/** Which images of a split are visited one after the other. */
export interface EpochOrder {
  /** Their numbers in the split. */
  readonly rows: Int32Array;
  /** For each, how often the same image stood before it: it is another augmented image each time. */
  readonly repeats: Int32Array;
}

/** The images of a split in their own order. */
export function inOrder(count: number): EpochOrder {
  return { rows: Int32Array.from({ length: count }, (_, index) => index), repeats: new Int32Array(count) };
}

/** Fisher and Yates, in place. */
function shuffle(rows: Int32Array, random: () => number): void {
  for (let index = rows.length - 1; index > 0; index--) {
    const other = random() % (index + 1);
    const value = rows[index] ?? 0;
    rows[index] = rows[other] ?? 0;
    rows[other] = value;
  }
}

/** For each class that has any, its rows. */
function byClass(labels: Int32Array): readonly Int32Array[] {
  const rows = new Map<number, number[]>();
  labels.forEach((label, row) => {
    const own = rows.get(label);
    if (own) own.push(row);
    else rows.set(label, [row]);
  });
  return [...rows.values()].map((own) => Int32Array.from(own));
}

/**
 * As many draws as there are images, each class as often as any other, or once more: a class' images in the order of a
 * shuffle, and of another one once all have been drawn.
 */
function balanced(labels: Int32Array, random: () => number): Int32Array {
  const classes = byClass(labels);
  const turns = Int32Array.from(classes.keys());
  shuffle(turns, random);
  const least = Math.floor(labels.length / classes.length);
  const more = labels.length % classes.length;
  const taken = new Int32Array(labels.length);
  let at = 0;
  turns.forEach((turn, place) => {
    const own = classes[turn] ?? new Int32Array();
    const wanted = least + Number(place < more);
    for (let done = 0; done < wanted; done += own.length) {
      shuffle(own, random);
      const some = own.subarray(0, Math.min(own.length, wanted - done));
      taken.set(some, at);
      at += some.length;
    }
  });
  shuffle(taken, random);
  return taken;
}

/** As many draws as there are images, each of any of them. */
function drawn(count: number, random: () => number): Int32Array {
  return Int32Array.from({ length: count }, () => random() % count);
}

function repeatsOf(rows: Int32Array): Int32Array {
  const seen = new Int32Array(rows.length);
  return rows.map((row) => {
    const before = seen[row] ?? 0;
    seen[row] = before + 1;
    return before;
  });
}

/**
 * The order in which an epoch visits images: a shuffle that depends on the seed and the epoch alone, so that a resumed run
 * goes on exactly where it stopped.
 *
 * @param labels of the split's images
 */
export function epochOrder(labels: Int32Array, sampling: Sampling, seed: number, epoch: number): EpochOrder {
  const random = randomGenerator(seed, epoch);
  if (sampling === 'natural') {
    const order = inOrder(labels.length);
    shuffle(order.rows, random);
    return order;
  }
  const rows = sampling === 'balanced' ? balanced(labels, random) : drawn(labels.length, random);
  return { rows, repeats: repeatsOf(rows) };
}

/** Keeps the draws of a validation apart from those of the training. */
const SAMPLE_STREAM = 0x73616d70;

/** So many of a split's images, drawn anew for each epoch by the seed, in their own order; all where there are no more. */
export function sampledOrder(count: number, size: number, seed: number, epoch: number): EpochOrder {
  if (size >= count) return inOrder(count);
  const { rows } = inOrder(count);
  const random = randomGenerator(seed, epoch, SAMPLE_STREAM);
  for (let index = 0; index < size; index++) {
    const other = index + (random() % (count - index));
    const value = rows[index] ?? 0;
    rows[index] = rows[other] ?? 0;
    rows[other] = value;
  }
  return { rows: rows.slice(0, size).sort(), repeats: new Int32Array(size) };
}

/** The images of a batch. */
export type BatchRows = EpochOrder;

/** Those of each batch in turn; the last one may be smaller. */
export function* batches({ rows, repeats }: EpochOrder, batchSize: number, firstBatch = 0): Generator<BatchRows> {
  for (let start = firstBatch * batchSize; start < rows.length; start += batchSize) {
    const end = start + batchSize;
    yield { rows: rows.slice(start, end), repeats: repeats.slice(start, end) };
  }
}

/** Orders without end, the first one those of `pass`. */
function* passes(order: (pass: number) => EpochOrder, pass: number): Generator<number, never> {
  for (; ; pass++) yield* order(pass).rows;
}

/**
 * The batches of an epoch that is so many steps long: they go on in the passes through the images where the epoch before
 * ended, and each is full.
 *
 * @param order of a pass
 * @param count images of a pass
 */
function* streamedBatches(
  order: (pass: number) => EpochOrder,
  count: number,
  { epoch, steps, batchSize, firstStep }: Record<'epoch' | 'steps' | 'batchSize' | 'firstStep', number>,
): Generator<BatchRows> {
  const start = (epoch - 1) * steps * batchSize;
  const stream = passes(order, Math.floor(start / count) + 1);
  const next = (): number => stream.next().value;
  for (let skipped = 0; skipped < start % count; skipped++) next();
  const seen = new Int32Array(count);
  for (let step = 0; step < steps; step++) {
    const rows = Int32Array.from({ length: batchSize }, next);
    const repeats = rows.map((row) => {
      const before = seen[row] ?? 0;
      seen[row] = before + 1;
      return before;
    });
    if (step >= firstStep) yield { rows, repeats };
  }
}

/**
 * What an epoch trains on, batch by batch.
 *
 * @param labels of the training images
 * @param firstStep steps of this epoch that are done
 */
export function trainingBatches(
  { sampling, seed, batchSize, stepsPerEpoch }: Pick<TrainingPlan, 'sampling' | 'seed' | 'batchSize' | 'stepsPerEpoch'>,
  labels: Int32Array,
  epoch: number,
  firstStep: number,
): Generator<BatchRows> {
  const order = (pass: number): EpochOrder => epochOrder(labels, sampling, seed, pass);
  if (stepsPerEpoch === null) return batches(order(epoch), batchSize, firstStep);
  return streamedBatches(order, labels.length, { epoch, steps: stepsPerEpoch, batchSize, firstStep });
}
