import type { DatasetHealth } from '../../../../shared/contract/dataset-health.ts';
import { imagesOf } from '../../../state/images-of.ts';

/** More bars than this are too thin to be seen apart. */
const MOST_BARS = 48;

/** How many images each class has, the largest first; of many classes every so many-th one. null where there are none. */
export function classSizes(
  classes: DatasetHealth['classes'],
): { readonly bars: Uint32Array; readonly smallest: number; readonly largest: number } | null {
  const sizes = classes.map(({ counts }) => imagesOf(counts)).sort((one, other) => other - one);
  const [largest] = sizes;
  const smallest = sizes.at(-1);
  if (largest === undefined || smallest === undefined) return null;
  const bars = Math.min(MOST_BARS, sizes.length);
  const last = Math.max(1, bars - 1);
  return {
    bars: Uint32Array.from({ length: bars }, (_, index) => sizes[Math.round((index * (sizes.length - 1)) / last)] ?? 0),
    smallest,
    largest,
  };
}
