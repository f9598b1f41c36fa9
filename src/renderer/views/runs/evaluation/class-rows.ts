import type { EvaluatedClass } from '../../../../shared/contract/evaluate.ts';

export const CLASS_COLUMNS = ['precision', 'recall', 'f1', 'images', 'rocAuc', 'averagePrecision'] as const;
export type ClassColumn = 'name' | (typeof CLASS_COLUMNS)[number];

export interface ClassSort {
  readonly column: ClassColumn;
  readonly descending: boolean;
}

/** A class with its position among the run's outputs. */
export interface ClassRow extends EvaluatedClass {
  readonly position: number;
}

/** After a click on a column's head: the other way round, or by that column; names begin at A, figures with the least. */
export function sortedOn(sort: ClassSort | null, column: ClassColumn): ClassSort {
  return { column, descending: sort?.column === column ? !sort.descending : false };
}

/** The classes in order; what has no figure stands last, whichever way. */
export function classRows(classes: readonly EvaluatedClass[], sort: ClassSort | null): ClassRow[] {
  const rows = classes.map((own, position) => ({ ...own, position }));
  if (sort === null) return rows;
  const { column } = sort;
  const turn = sort.descending ? -1 : 1;
  return rows.sort((left, right) => {
    if (column === 'name') return turn * left.name.localeCompare(right.name, 'en', { numeric: true });
    const [one, other] = [left[column], right[column]];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return turn * (one - other) || left.position - right.position;
  });
}
