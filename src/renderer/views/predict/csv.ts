import { quote } from '../../../shared/csv/quote.ts';
import type { PredictedImage } from '../../state/predictions.svelte.ts';

/** Predictions as comma-separated values (RFC 4180): a line for each image, its classes from the most probable on. */
export function predictionsCsv(images: readonly PredictedImage[]): string {
  const most = Math.max(0, ...images.map(({ prediction }) => prediction?.classes.length ?? 0));
  const ranks = Array.from({ length: most }, (_, rank) => rank + 1);
  const header = ['file', ...ranks.flatMap((rank) => [`class_${rank}`, `probability_${rank}`]), 'problem'];
  const lines = images
    .filter(({ prediction }) => prediction !== null)
    .map(({ name, prediction }) => {
      const cells = ranks.flatMap((rank) => {
        const found = prediction?.classes[rank - 1];
        return found === undefined ? ['', ''] : [quote(found.name), String(found.probability)];
      });
      return [quote(name), ...cells, quote(prediction?.problem ?? '')].join(',');
    });
  return [header.join(','), ...lines, ''].join('\r\n');
}
