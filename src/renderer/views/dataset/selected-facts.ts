import type { ImageFilter } from '../../../shared/contract/dataset-edits.ts';
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

/**
 * Whether some of the selected images may be excluded, and some included again; both where that is not known.
 *
 * @param passed the filter, where all that pass it are selected; null for others
 */
export function exclusionOf(
  held: readonly ImageEntry[],
  selected: number,
  passed: ImageFilter | null,
): { readonly excludable: boolean; readonly includable: boolean } {
  if (passed !== null && passed.excluded !== 'with') {
    const excluded = passed.excluded === 'only';
    return { excludable: !excluded, includable: excluded };
  }
  const unknown = held.length < selected;
  return {
    excludable: unknown || held.some((image) => !image.excluded),
    includable: unknown || held.some((image) => image.excluded),
  };
}
