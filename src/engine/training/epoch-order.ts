import type { Sampling } from '../../shared/contract/plan.ts';
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
  const drawn = new Int32Array(labels.length);
  let at = 0;
  turns.forEach((turn, place) => {
    const own = classes[turn] ?? new Int32Array();
    const wanted = least + Number(place < more);
    for (let taken = 0; taken < wanted; taken += own.length) {
      shuffle(own, random);
      const some = own.subarray(0, Math.min(own.length, wanted - taken));
      drawn.set(some, at);
      at += some.length;
    }
  });
  shuffle(drawn, random);
  return drawn;
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
  if (sampling === 'balanced') {
    const rows = balanced(labels, random);
    return { rows, repeats: repeatsOf(rows) };
  }
  const order = inOrder(labels.length);
  shuffle(order.rows, random);
  return order;
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
