import { randomGenerator } from '../random.ts';

/** Images that show the same under one number, so that a copy does not vouch for its twin. */
export type Groups = Int32Array;

/**
 * Divides images into parts, each class as evenly as its groups allow, groups never apart.
 *
 * @param labels of each image
 * @param groups of each image
 * @returns the part of each image, from 0; the same for the same seed
 */
export function foldsOf(labels: Int32Array, groups: Groups, folds: number, seed: number): Int32Array {
  const members = Map.groupBy(labels.keys(), (image) => groups[image] ?? 0);
  const random = randomGenerator(seed, folds);
  // Large groups first, while there is room for them anywhere; those of one size in an order that the seed decides.
  const order = [...members.values()]
    .map((images) => ({ images, drawn: random() }))
    .sort((left, right) => right.images.length - left.images.length || left.drawn - right.drawn);
  const ofClass = new Map<number, Int32Array>();
  const sizes = new Int32Array(folds);
  const parts = new Int32Array(labels.length);
  for (const { images } of order) {
    let [best, fewest, smallest] = [0, Infinity, Infinity];
    for (let fold = 0; fold < folds; fold += 1) {
      const own = images.reduce((sum, image) => sum + (ofClass.get(labels[image] ?? 0)?.[fold] ?? 0), 0);
      const size = sizes[fold] ?? 0;
      if (own < fewest || (own === fewest && size < smallest)) [best, fewest, smallest] = [fold, own, size];
    }
    for (const image of images) {
      const label = labels[image] ?? 0;
      const counts = ofClass.get(label) ?? new Int32Array(folds);
      ofClass.set(label, counts);
      counts[best] = (counts[best] ?? 0) + 1;
      parts[image] = best;
    }
    sizes[best] = (sizes[best] ?? 0) + images.length;
  }
  return parts;
}
