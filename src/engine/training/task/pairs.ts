import { randomGenerator } from '../random.ts';

/** Two images of a split, by their numbers in it, and whether they are alike. */
export interface Pair {
  readonly first: number;
  readonly second: number;
  readonly alike: boolean;
}

/** Tells these draws from others of the same seed: "pair". */
const SALT = 0x70616972;

/**
 * Pairs each image of a split with another: in every epoch half of them with one of its own class, and those that were in one
 * epoch are not in the next. Where no classes are known, an image is alike to itself alone; it also is where there is no
 * other of its class, and an image is alike to what there is where there is no other class.
 *
 * @param labels of the split's images; null where no classes are known
 * @returns what a row of an epoch is paired with, by seed, epoch and row alone
 */
export function pairing(labels: Int32Array | null, count: number, seed: number): (epoch: number, row: number) => Pair {
  const order = Int32Array.from({ length: count }, (_, row) => row);
  if (labels) order.sort((a, b) => (labels[a] ?? 0) - (labels[b] ?? 0) || a - b);
  const ranges = new Map<number, { start: number; length: number }>();
  const places = new Int32Array(count);
  order.forEach((row, place) => {
    // Without classes each image is one of its own.
    const own = labels ? (labels[row] ?? 0) : row;
    const range = ranges.get(own) ?? { start: place, length: 0 };
    range.length += 1;
    ranges.set(own, range);
    places[row] = place;
  });
  return (epoch, row) => {
    const random = randomGenerator(seed, SALT, epoch, row);
    const { start, length } = ranges.get(labels ? (labels[row] ?? 0) : row) ?? { start: 0, length: count };
    const others = count - length;
    const alike = (row + epoch) % 2 === 0 || others === 0;
    if (!alike) {
      const drawn = random() % others;
      return { first: row, second: order[drawn < start ? drawn : drawn + length] ?? row, alike };
    }
    if (length === 1) return { first: row, second: row, alike };
    const drawn = random() % (length - 1);
    const place = start + drawn;
    return { first: row, second: order[place < (places[row] ?? 0) ? place : place + 1] ?? row, alike };
  };
}
