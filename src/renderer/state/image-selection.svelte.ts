import type { ImageSelection as SelectedImages } from '../../shared/contract/dataset-edits.ts';
import type { ImageEntry } from '../../shared/contract/dataset-view.ts';
import type { ImageList } from './image-list.svelte.ts';
import { ALL, countSelected, isSelected, NOTHING, only, toggled, withImages, type Selection } from './selection.ts';

/** How a press or a key selects: `extend` from the last one to this, `toggle` this one alone. */
export interface Picking {
  readonly extend: boolean;
  readonly toggle: boolean;
}

/** From `first` up to, not including, `end`, as places in the list. */
interface Places {
  readonly first: number;
  readonly end: number;
}

/** What of a list is selected, by mouse and keyboard as in a file manager. */
export class ImageSelection {
  selection = $state.raw<Selection>(NOTHING);
  readonly #list: () => ImageList | null;
  readonly #onFailure: (error: unknown) => void;
  /** Where a range begins. */
  #anchor = 0;
  /** What was selected before the rectangle that is being drawn. */
  #before: Selection | null = null;
  /** Rises with each change: what was fetched for an earlier one is no longer wanted. */
  #change = 0;
  /** The last looking up's end: however often a rectangle changes, one request at a time is asked. */
  #lookedUp: Promise<unknown> = Promise.resolve();

  constructor(list: () => ImageList | null, onFailure: (error: unknown) => void) {
    this.#list = list;
    this.#onFailure = onFailure;
  }

  get count(): number {
    return countSelected(this.selection, this.#list()?.total ?? 0);
  }

  has(image: ImageEntry | undefined): boolean {
    return image !== undefined && isSelected(this.selection, image.imageId);
  }

  /** A press on an image, or a key that leads to it. */
  async pick(index: number, { extend, toggle }: Picking): Promise<void> {
    if (extend) {
      const places = { first: Math.min(this.#anchor, index), end: Math.max(this.#anchor, index) + 1 };
      await this.#choose([places], toggle ? this.selection : NOTHING, withImages);
      return;
    }
    this.#anchor = index;
    await this.#choose(
      [{ first: index, end: index + 1 }],
      toggle ? this.selection : NOTHING,
      toggle ? toggled : withImages,
    );
  }

  /**
   * A rectangle is drawn over these; until `drawn` it replaces what it covered a moment ago.
   *
   * @param toggle whether what was selected before stays so, and what is covered of it does not
   */
  async draw(cells: readonly Places[], toggle: boolean): Promise<void> {
    this.#before ??= this.selection;
    await this.#choose(cells, toggle ? this.#before : NOTHING, toggled);
  }

  drawn(): void {
    this.#before = null;
  }

  /** All that pass the filter, without fetching any. */
  all(): void {
    this.#set(ALL);
  }

  /** These alone, wherever they were chosen. */
  choose(imageIds: Iterable<string>): void {
    this.#before = null;
    this.#set(only(imageIds));
  }

  /** Lets go what is not among these; of all that pass a filter it is not known which those are. */
  keep(imageIds: readonly string[]): void {
    const { selection } = this;
    if (selection.kind === 'all') this.clear();
    else if (selection.ids.size > 0) {
      const kept = imageIds.filter((id) => selection.ids.has(id));
      if (kept.length < selection.ids.size) this.choose(kept);
    }
  }

  clear(): void {
    this.#anchor = 0;
    this.#before = null;
    this.#set(NOTHING);
  }

  /** What a request is told of it; null where nothing is selected. @throws what fetching the ids throws */
  async images(): Promise<SelectedImages | null> {
    const list = this.#list();
    const { selection } = this;
    if (list === null || countSelected(selection, list.total ?? 0) === 0) return null;
    if (selection.kind === 'some') return { imageIds: [...selection.ids] };
    if (selection.except.size === 0) return { filter: list.filter, version: list.version };
    const ids = await list.ids(0, list.total ?? 0);
    return { imageIds: ids.filter((id) => !selection.except.has(id)) };
  }

  async #choose(
    places: readonly Places[],
    before: Selection,
    combine: (selection: Selection, ids: Iterable<string>) => Selection,
  ): Promise<void> {
    const list = this.#list();
    if (list === null) return;
    this.#change += 1;
    const change = this.#change;
    const held = places.map(({ first, end }) => heldIds(list, first, end));
    if (held.every((ids) => ids !== null)) {
      this.selection = combine(before, held.flat());
      return;
    }
    const isWanted = (): boolean => change === this.#change;
    // Rows of a rectangle lie close together: all from the first to the last are asked for fewer times than each row.
    const first = Math.min(...places.map((row) => row.first));
    const end = Math.max(...places.map((row) => row.end));
    const lookUp = this.#lookedUp.then(() => list.ids(first, end, isWanted));
    this.#lookedUp = lookUp.catch(() => undefined);
    try {
      const ids = await lookUp;
      if (isWanted())
        this.selection = combine(
          before,
          places.flatMap((row) => ids.slice(row.first - first, row.end - first)),
        );
    } catch (error) {
      this.#onFailure(error);
    }
  }

  #set(selection: Selection): void {
    this.#change += 1;
    this.selection = selection;
  }
}

/** null where one of them is not held. */
function heldIds(list: ImageList, first: number, end: number): string[] | null {
  const ids: string[] = [];
  for (let index = first; index < end; index += 1) {
    const image = list.at(index);
    if (image === undefined) return null;
    ids.push(image.imageId);
  }
  return ids;
}
