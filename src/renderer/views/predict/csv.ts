import { quote } from '../../../shared/csv/quote.ts';
import type { PredictedImage } from '../../state/predicted-image.ts';
import { isUnsure } from '../../state/shown-predictions.ts';

/**
 * Predictions as comma-separated values (RFC 4180): a line for each image, its classes from the most probable on.
 *
 * @param unsureBelow whether it is unsure stands last, as in the engine's files; 0 leaves that out
 */
export function predictionsCsv(images: readonly PredictedImage[], unsureBelow = 0): string {
  const most = Math.max(0, ...images.map(({ prediction }) => prediction?.classes.length ?? 0));
  const ranks = Array.from({ length: most }, (_, rank) => rank + 1);
  const header = [
    'file',
    ...ranks.flatMap((rank) => [`class_${rank}`, `probability_${rank}`]),
    'problem',
    ...(unsureBelow > 0 ? ['unsure'] : []),
  ];
  const lines = images
    .filter(({ prediction }) => prediction !== null)
    .map((image) => {
      const { name, prediction } = image;
      const cells = ranks.flatMap((rank) => {
        const found = prediction?.classes[rank - 1];
        return found === undefined ? ['', ''] : [quote(found.name), String(found.probability)];
      });
      const failed = prediction?.problem != null;
      const unsure = unsureBelow > 0 ? [failed ? '' : String(isUnsure(image, unsureBelow))] : [];
      return [quote(name), ...cells, quote(prediction?.problem ?? ''), ...unsure].join(',');
    });
  return [header.join(','), ...lines, ''].join('\r\n');
}
