/** What classifiers that did not see an image make of it. */
export interface JudgedImages {
  readonly classes: number;
  readonly labels: Int32Array;
  /** [images, classes] */
  readonly probabilities: Float32Array;
  /** Whether an image's class could be known without it. */
  readonly judged: (image: number) => boolean;
}

export interface Suspect {
  /** Its place in the list. */
  readonly image: number;
  readonly labelProbability: number;
  readonly suggested: number;
  readonly suggestedProbability: number;
}

/** How sure images of each class are of it on the average (Northcutt, Jiang and Chuang, arXiv:1911.00068, section 3.1). */
function thresholdsOf({ classes, labels, probabilities, judged }: JudgedImages): Float64Array {
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (const [image, label] of labels.entries()) {
    if (!judged(image)) continue;
    sums[label] = (sums[label] ?? 0) + (probabilities[image * classes + label] ?? 0);
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return sums.map((sum, own) => sum / Math.max(1, counts[own] ?? 0));
}

/**
 * Images of which another class is more probable than their label, the least believable label first: by their margin, the
 * probability of the label less that of the other, each held against how sure images of its class are of it. A class that is
 * hard to tell, whose images are all believed little, is then not suspected as a whole, as confident learning has it; but
 * those that reach no threshold stay in the list, at its end: people look at it, and nothing is left out by it.
 */
export function suspectsOf(judgedImages: JudgedImages): readonly Suspect[] {
  const { classes, labels, probabilities, judged } = judgedImages;
  const thresholds = thresholdsOf(judgedImages);
  const found: { readonly suspect: Suspect; readonly margin: number }[] = [];
  for (const [image, label] of labels.entries()) {
    if (!judged(image)) continue;
    const own = probabilities.subarray(image * classes, (image + 1) * classes);
    let suggested = label;
    for (const [candidate, probability] of own.entries()) {
      if (probability > (own[suggested] ?? 0)) suggested = candidate;
    }
    if (suggested === label) continue;
    const [labelProbability, suggestedProbability] = [own[label] ?? 0, own[suggested] ?? 0];
    const margin = labelProbability - (thresholds[label] ?? 0) - (suggestedProbability - (thresholds[suggested] ?? 0));
    found.push({ suspect: { image, labelProbability, suggested, suggestedProbability }, margin });
  }
  return found
    .sort((left, right) => left.margin - right.margin || left.suspect.image - right.suspect.image)
    .map(({ suspect }) => suspect);
}
