import { SLICE_KINDS, type EvaluationReport } from '../../../../shared/contract/evaluate.ts';

type Slice = EvaluationReport['slices'][number];

/** Slices of one kind together, the worst first; those without a figure at the end of their kind. */
export function sortedSlices(slices: readonly Slice[]): Slice[] {
  const worth = ({ accuracy }: Slice): number => accuracy?.value ?? Infinity;
  return [...slices].sort((left, right) => {
    const kind = SLICE_KINDS.indexOf(left.by) - SLICE_KINDS.indexOf(right.by);
    if (kind !== 0) return kind;
    const [one, other] = [worth(left), worth(right)];
    // Two of Infinity are no number apart.
    return one === other ? right.images - left.images : one - other;
  });
}
