import type { GroupPoint, GroupResults } from './group-results.ts';

/** What the runs of one category came to; accuracies are best `val_accuracy`, null where no run has one. */
export interface CategorySummary {
  readonly category: string;
  /** Those that have an accuracy. */
  readonly runs: number;
  readonly mean: number | null;
  readonly least: number | null;
  readonly greatest: number | null;
  /** Mean of the trainer's life; null before the first end. */
  readonly seconds: number | null;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function summary(category: string, points: readonly GroupPoint[]): CategorySummary {
  const accuracies = points.flatMap(({ valAccuracy }) => valAccuracy ?? []);
  return {
    category,
    runs: accuracies.length,
    mean: mean(accuracies),
    least: accuracies.length === 0 ? null : Math.min(...accuracies),
    greatest: accuracies.length === 0 ? null : Math.max(...accuracies),
    seconds: mean(points.flatMap(({ seconds }) => seconds ?? [])),
  };
}

/** Each category of a group by mean, least and greatest. */
export function categorySummaries({
  categories,
  points,
}: Pick<GroupResults, 'categories' | 'points'>): readonly CategorySummary[] {
  return categories.map((category) =>
    summary(
      category,
      points.filter((point) => point.category === category),
    ),
  );
}

/** What comparing strategies comes to. */
export interface TransferVerdict {
  /** The strategy on pretrained weights with the greater mean. */
  readonly transfer: CategorySummary;
  readonly scratch: CategorySummary;
  /** The difference of the means; negative where training from scratch is better. */
  readonly gain: number;
  /** Whether no run of the one lies within what the runs of the other came to. */
  readonly clear: boolean;
}

/** Whether pretrained weights beat training from scratch; null before both have been tried. */
export function transferVerdict(summaries: readonly CategorySummary[]): TransferVerdict | null {
  const of = (name: string): readonly CategorySummary[] =>
    summaries.filter(({ category, mean: reached }) => category === name && reached !== null);
  const [scratch] = of('scratch');
  const [transfer] = [...of('features'), ...of('finetune')].sort(
    (first, second) => (second.mean ?? 0) - (first.mean ?? 0),
  );
  if (!scratch || !transfer) return null;
  const gain = (transfer.mean ?? 0) - (scratch.mean ?? 0);
  const clear = (transfer.least ?? 0) > (scratch.greatest ?? 0) || (transfer.greatest ?? 0) < (scratch.least ?? 0);
  return { transfer, scratch, gain, clear };
}
