/** Which rows are marked, by their ids. */
export interface Marks {
  /** The one that Tab leads to; null where none is. */
  readonly current: string | null;
  readonly chosen: ReadonlySet<string>;
}

/**
 * Marks the chosen rows of a tree and the one that takes the focus. It touches only rows whose marks change: bound to each
 * row, a click would be looked at by hundreds.
 */
export class RowMarker {
  #before: Marks = { current: null, chosen: new Set() };

  mark(marks: Marks): void {
    for (const id of this.#before.chosen) {
      if (!marks.chosen.has(id)) document.getElementById(id)?.setAttribute('aria-selected', 'false');
    }
    // A row may be new under an id of before, so what is wanted is said again.
    for (const id of marks.chosen) document.getElementById(id)?.setAttribute('aria-selected', 'true');
    if (this.#before.current !== null && this.#before.current !== marks.current) {
      document.getElementById(this.#before.current)?.setAttribute('tabindex', '-1');
    }
    if (marks.current !== null) document.getElementById(marks.current)?.setAttribute('tabindex', '0');
    this.#before = marks;
  }
}
