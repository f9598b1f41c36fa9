import type { ConfusionCell } from '../../../shared/contract/evaluation.ts';

/** How many images of each label were taken for each class, where there are any; by label, then by class. */
export function confusionOf(labels: Int32Array, predicted: Int32Array): readonly ConfusionCell[] {
  const cells = new Map<number, Map<number, number>>();
  labels.forEach((label, row) => {
    const own = cells.get(label) ?? new Map<number, number>();
    const winner = predicted[row] ?? -1;
    own.set(winner, (own.get(winner) ?? 0) + 1);
    cells.set(label, own);
  });
  const ordered = <Value>(map: ReadonlyMap<number, Value>): [number, Value][] =>
    [...map].sort(([left], [right]) => left - right);
  return ordered(cells).flatMap(([label, own]) =>
    ordered(own).map(([winner, images]) => ({ label, predicted: winner, images })),
  );
}
