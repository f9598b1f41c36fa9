import type { EvaluatedImagesRequest, SLICE_KINDS } from '../../../../shared/contract/evaluate.ts';
import { evaluation as words } from '../../../strings/evaluation.ts';

/** What images are shown of an evaluation, by positions of classes. */
export interface EvaluatedFilter {
  readonly label?: number;
  readonly predicted?: number;
  readonly slice?: { readonly by: (typeof SLICE_KINDS)[number]; readonly name: string };
}

export type EvaluatedOrder = EvaluatedImagesRequest['order'];

/** What a filter leaves, in words; null where it leaves all. */
export function filterWords({ label, predicted, slice }: EvaluatedFilter, classes: readonly string[]): string | null {
  const name = (position: number): string => classes[position] ?? String(position);
  const own = words.images.filter;
  if (slice !== undefined) return own.slice(words.slices.kinds[slice.by], slice.name);
  if (label !== undefined && predicted !== undefined) return own.cell(name(label), name(predicted));
  if (label !== undefined) return own.label(name(label));
  return predicted === undefined ? null : own.predicted(name(predicted));
}

/** The part of a request that says which images are meant. */
export function filterRequest(
  filter: EvaluatedFilter,
  order: EvaluatedOrder,
): Pick<EvaluatedImagesRequest, 'label' | 'predicted' | 'slice' | 'correct' | 'order'> {
  return {
    ...filter,
    order,
    // Of right ones nothing is confidently wrong.
    ...(order === 'confidentlyWrong' && { correct: false }),
  };
}
