import type { PredictedImage } from './predicted-image.ts';

/** Which predictions are shown: all, those that are unsure, those that failed, or those of a class. */
export type PredictionFilter =
  { readonly kind: 'all' | 'unsure' | 'unreadable' } | { readonly kind: 'class'; readonly name: string };

export const EVERY_PREDICTION: PredictionFilter = { kind: 'all' };

/** As they were given, or by how probable the best class is; what waits or failed comes last. */
export const PREDICTION_ORDERS = ['given', 'leastSure', 'mostSure'] as const;
export type PredictionOrder = (typeof PREDICTION_ORDERS)[number];

/** How probable the best class is; null for what waits or cannot be read. */
export function confidenceOf({ prediction }: Pick<PredictedImage, 'prediction'>): number | null {
  return prediction?.classes[0]?.probability ?? null;
}

/** @param below a share of 1; 0 calls nothing unsure */
export function isUnsure(image: Pick<PredictedImage, 'prediction'>, below: number): boolean {
  const confidence = confidenceOf(image);
  return confidence !== null && confidence < below;
}

function passes(image: PredictedImage, filter: PredictionFilter, unsureBelow: number): boolean {
  switch (filter.kind) {
    case 'all':
      return true;
    case 'unsure':
      return isUnsure(image, unsureBelow);
    case 'unreadable':
      return image.prediction?.problem != null;
    case 'class':
      return image.prediction?.classes[0]?.name === filter.name;
  }
}

/** What is shown, in its order; images that are as sure as each other stay as they were given. */
export function shownPredictions(
  images: readonly PredictedImage[],
  filter: PredictionFilter,
  order: PredictionOrder,
  unsureBelow: number,
): readonly PredictedImage[] {
  const shown = images.filter((image) => passes(image, filter, unsureBelow));
  if (order === 'given') return shown;
  const sign = order === 'leastSure' ? 1 : -1;
  return shown.sort((left, right) => {
    const [one, other] = [confidenceOf(left), confidenceOf(right)];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return sign * (one - other);
  });
}

/** How many images have each class as their best one, the commonest first. */
export function predictedClasses(
  images: readonly PredictedImage[],
): readonly { readonly name: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { prediction } of images) {
    const name = prediction?.classes[0]?.name;
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((left, right) => right.count - left.count || left.name.localeCompare(right.name));
}
