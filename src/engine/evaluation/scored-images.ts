/** Keras' epsilon: a class that was thought impossible costs 16, not infinitely much. */
export const SMALLEST_PROBABILITY = 1e-7;

/** What a classifier made of images of which the classes are known. */
export interface ScoredImages {
  /** How many classes there are. */
  readonly classes: number;
  /** [images] positions in the classes. */
  readonly labels: Int32Array;
  /** [images] the class that each was taken for. */
  readonly predicted: Int32Array;
  /** [images] of that class. */
  readonly probability: Float32Array;
  /** [images] of the label. */
  readonly labelProbability: Float32Array;
  /** [images] how many classes are more probable than the label. */
  readonly labelRank: Int32Array;
  /** [images, classes] row-major; null where they would be too many to be kept. */
  readonly probabilities: Float32Array | null;
}

/**
 * What the probabilities of one image say of its label.
 *
 * @param probabilities [images, classes] row-major
 * @param rank how many classes are more probable; those as probable as the label do not stand before it, as in TensorFlow's
 *   `in_top_k`
 */
export function labelScore(
  probabilities: Float32Array,
  { row, classes, label }: { readonly row: number; readonly classes: number; readonly label: number },
): { readonly probability: number; readonly rank: number } {
  const start = row * classes;
  const probability = probabilities[start + label] ?? 0;
  let rank = 0;
  for (let place = start; place < start + classes; place += 1)
    rank += Number((probabilities[place] ?? 0) > probability);
  return { probability, rank };
}

/** The cross-entropy of one image, in nats, by the probability of its label. */
export function crossEntropy(probability: number): number {
  return -Math.log(Math.max(SMALLEST_PROBABILITY, probability));
}

/** Of each image, in nats. */
export function lossesOf({ labelProbability }: Pick<ScoredImages, 'labelProbability'>): Float64Array {
  return Float64Array.from(labelProbability, crossEntropy);
}

/** The mean of the values; null of none. */
export function meanOf(values: ArrayLike<number>): number | null {
  if (values.length === 0) return null;
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index] ?? 0;
  return sum / values.length;
}
