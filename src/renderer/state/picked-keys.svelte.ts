import { isSelected, NOTHING, only, toggled, withImages, type Selection } from './selection.ts';

interface Places {
  readonly first: number;
  readonly end: number;
}

/** What of a list that is held is selected, by mouse and keyboard as in a file manager. */
export class PickedKeys {
  #selection = $state.raw<Selection>(NOTHING);
  readonly #keys: () => readonly string[];
  /** Where a range begins. */
  #anchor = 0;
  /** What was selected before the rectangle that is being drawn. */
  #before: Selection | null = null;

  /** @param keys of what is shown, in its order */
  constructor(keys: () => readonly string[]) {
    this.#keys = keys;
  }

  /** Those that are shown and selected, in their order: what is out of sight is not acted on. */
  get keys(): readonly string[] {
    return this.#keys().filter((key) => this.has(key));
  }

  has(key: string): boolean {
    return isSelected(this.#selection, key);
  }

  pick(index: number, { extend, toggle }: { readonly extend: boolean; readonly toggle: boolean }): void {
    const before = toggle ? this.#selection : NOTHING;
    if (extend) {
      const [first, last] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
      this.#selection = withImages(before, this.#at([{ first, end: last + 1 }]));
      return;
    }
    this.#anchor = index;
    const keys = this.#at([{ first: index, end: index + 1 }]);
    this.#selection = toggle ? toggled(before, keys) : only(keys);
  }

  /** A rectangle is drawn over these; until `drawn` it replaces what it covered a moment ago. */
  draw(cells: readonly Places[], toggle: boolean): void {
    this.#before ??= this.#selection;
    this.#selection = toggled(toggle ? this.#before : NOTHING, this.#at(cells));
  }

  drawn(): void {
    this.#before = null;
  }

  all(): void {
    this.#selection = only(this.#keys());
  }

  clear(): void {
    this.#before = null;
    this.#selection = NOTHING;
  }

  #at(places: readonly Places[]): readonly string[] {
    const keys = this.#keys();
    return places.flatMap(({ first, end }) => keys.slice(first, end));
  }
}
