import type { CellRange } from './grid-geometry.ts';

/** What a grid tells of how its cells are selected. */
export interface CellPicking {
  /** A cell was pressed, or a key led to it: up to it, or it too or no longer, or it alone. */
  readonly pick: (index: number, how: { readonly extend: boolean; readonly toggle: boolean }) => void;
  /** A rectangle that is being drawn covers these now. */
  readonly draw: (cells: readonly CellRange[], toggle: boolean) => void;
  readonly drawn: () => void;
  /** A press beside every cell. */
  readonly miss: () => void;
}
