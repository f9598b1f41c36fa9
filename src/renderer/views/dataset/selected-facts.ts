import type { ImageEntry } from '../../../shared/contract/dataset-view.ts';

/** How many of the selected images something is true of, as far as they are known. */
export type Carried = 'all' | 'some' | 'none';

/**
 * @param held those of the selected images that are known
 * @param selected how many are selected; more than are known where not all were looked at
 */
export function carriedBy(
  held: readonly ImageEntry[],
  selected: number,
  isTrue: (image: ImageEntry) => boolean,
): Carried {
  const carriers = held.filter(isTrue).length;
  if (carriers === 0) return 'none';
  return carriers === selected ? 'all' : 'some';
}
