import { SPLITS, type DatasetView } from '../../../shared/contract/dataset-view.ts';
import { imagesOf } from '../../state/images-of.ts';

export type Split = (typeof SPLITS)[number];

export interface ClassRow {
  /** As in the contract's `classIndex`. */
  readonly index: number;
  readonly name: string;
  readonly total: number;
  readonly counts: Readonly<Record<Split, number>>;
  /** Each split's part of the longest bar, in [0, 1]. */
  readonly shares: Readonly<Record<Split, number>>;
}

export interface Balance {
  /** In the dataset's order. */
  readonly rows: readonly ClassRow[];
  /** The splits that hold images. */
  readonly splits: readonly Split[];
  readonly total: number;
  readonly largest: ClassRow | null;
  readonly smallest: ClassRow | null;
  /** Largest over smallest class; null where a class is empty or there are none. */
  readonly ratio: number | null;
}

/** How a dataset's images spread over its classes and splits. */
export function balanceOf(view: Pick<DatasetView, 'classes' | 'counts'>): Balance {
  const longest = Math.max(1, ...view.classes.map(({ counts }) => imagesOf(counts)));
  const rows = view.classes.map(({ name, counts }, index): ClassRow => {
    const shares = {
      train: counts.train / longest,
      validation: counts.validation / longest,
      test: counts.test / longest,
    };
    return { index, name, total: imagesOf(counts), counts, shares };
  });
  const bySize = [...rows].sort((left, right) => right.total - left.total);
  const largest = bySize[0] ?? null;
  const smallest = bySize.at(-1) ?? null;
  const ratio = largest === null || smallest === null || smallest.total === 0 ? null : largest.total / smallest.total;
  const splits = SPLITS.filter((split) => view.counts[split] > 0);
  return { rows, splits, total: imagesOf(view.counts), largest, smallest, ratio };
}

/** From here on a smaller class is worth a word: accuracy alone would hide it. */
const UNEVEN = 1.5;

export function isUneven(balance: Balance): boolean {
  return balance.ratio === null ? balance.rows.length > 0 : balance.ratio >= UNEVEN;
}

/** Images that pass a filter, without asking the engine. */
export function countOf(balance: Balance, classIndex: number | null, split: Split | null): number {
  const rows = classIndex === null ? balance.rows : balance.rows.filter(({ index }) => index === classIndex);
  return rows.reduce((total, row) => total + (split === null ? row.total : row.counts[split]), 0);
}
