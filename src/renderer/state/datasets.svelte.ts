import { untrack } from 'svelte';
import type { DatasetView, RecentDataset } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import type { DatasetReference } from '../../shared/contract/plan-request.ts';
import type { DatasetChoice } from './dataset-choice.svelte.ts';
import type { ImageFilter } from '../../shared/contract/dataset-edits.ts';
import { changedFilter, EVERYTHING, filterAmong, type FilterChange } from './image-filter.ts';
import { ImageList } from './image-list.svelte.ts';
import { ImageSelection } from './image-selection.svelte.ts';

/** What a dataset can be looked at as: its images one by one, all of them on a map, what may be wrong with them, or which labels are hard to believe. */
export type Look = 'images' | 'map' | 'health' | 'labels';

const classNames = (dataset: DatasetView): string[] => dataset.classes.map(({ name }) => name);

/** How the chosen dataset is being looked at, kept while other views are shown. */
export class Datasets {
  readonly #transport: Pick<Transport, 'invoke' | 'subscribe'>;
  readonly #choice: DatasetChoice;
  /** The images that pass the filter; null while no dataset is chosen. */
  list = $state.raw<ImageList | null>(null);
  /** The image that keys act on, as a place in `list`. */
  cursor = $state(0);
  /** What of the list is selected. */
  readonly selection: ImageSelection;
  #look = $state<Look>('images');
  recent = $state.raw<readonly RecentDataset[]>([]);
  /** The name of what is being read, or was last. */
  openingName = $state<string | null>(null);
  /** What was read last, to be read again; null where that cannot be named any more. */
  #last = $state.raw<DatasetReference | null>(null);
  /** What `list` is of. */
  #followed: DatasetView | null = null;
  /** Whether the folder was found changed since the list was read. */
  #changed = false;

  /** @param onFailure told why images could not be selected */
  constructor(
    transport: Pick<Transport, 'invoke' | 'subscribe'>,
    choice: DatasetChoice,
    onFailure: (error: unknown) => void,
  ) {
    this.#transport = transport;
    this.#choice = choice;
    this.selection = new ImageSelection(() => this.list, onFailure);
  }

  get look(): Look {
    return this.#look;
  }

  /** The map shows images whatever filter the grid has: all that pass it are not what would be selected there. */
  set look(look: Look) {
    if (look === 'map' && this.selection.selection.kind === 'all') this.selection.clear();
    this.#look = look;
  }

  get filter(): ImageFilter {
    return this.list?.filter ?? EVERYTHING;
  }

  /**
   * Follows what becomes of the folder: an image whose file changed has another id, by which it is not selected.
   *
   * @returns the function that ends it
   */
  begin(): () => void {
    return this.#transport.subscribe('dataset', (event) => {
      if (event.change !== 'files' || event.datasetId !== this.list?.datasetId) return;
      this.#changed = true;
      this.selection.clear();
    });
  }

  /**
   * Lists the images of a dataset, from the first; where it is the one that is listed, read again or decided upon since, the
   * same images stay in sight.
   */
  follow(dataset: DatasetView | null): void {
    const before = this.#followed;
    if (dataset === before) return;
    this.#followed = dataset;
    untrack(() => {
      const { list } = this;
      if (dataset === null || before === null || list?.datasetId !== dataset.datasetId) {
        this.#list(dataset, EVERYTHING);
        return;
      }
      const filter = filterAmong(list.filter, classNames(before), classNames(dataset));
      // Of a class that has gone nothing is left to show.
      if (filter.classIndex !== undefined || list.filter.classIndex === undefined) {
        void this.#reload(list, dataset.version, filter);
      } else this.#list(dataset, filter);
    });
  }

  /** Lists other images of the same dataset; what was selected among those before is let go. */
  show(change: FilterChange): void {
    if (this.#followed !== null) this.#list(this.#followed, changedFilter(this.filter, change));
  }

  /** @returns whether the dataset was opened and chosen; why not stands in the choice's `problem` */
  async open(reference: DatasetReference, name: string): Promise<boolean> {
    this.openingName = name;
    this.#last = reference;
    const opened = await this.#choice.open(reference);
    await this.readRecent();
    return opened !== null;
  }

  openEntry(entry: FileEntry): Promise<boolean> {
    return this.open({ kind: 'granted', grantId: entry.grantId }, entry.name);
  }

  /** Opens what was opened before, laid out as it was said to be then. */
  openRecent({ grantId, name }: Pick<RecentDataset, 'grantId' | 'name'>): Promise<boolean> {
    const structure = this.recent.find((recent) => recent.grantId === grantId)?.structure;
    return this.open({ kind: 'granted', grantId, ...(structure && { structure }) }, name);
  }

  get canOpenAgain(): boolean {
    return this.#last !== null;
  }

  /** What was dropped could not even be named: that stands where a failed reading would, and what was open stays. */
  refuse(problem: unknown): void {
    this.#last = null;
    this.#choice.problem = problem;
  }

  /** Reads the chosen dataset once more, as when its folder has changed. */
  async refresh(): Promise<void> {
    await this.open(this.#choice.reference, this.#choice.dataset?.name ?? '');
  }

  /** Reads once more what could not be read. */
  async again(): Promise<void> {
    if (this.#last !== null) await this.open(this.#last, this.openingName ?? '');
  }

  /** The list of what was opened before is a help, not a need: a failure leaves it as it was. */
  async readRecent(): Promise<void> {
    try {
      this.recent = await this.#transport.invoke('dataset.recent', {});
    } catch {
      return;
    }
  }

  /** What was selected stays so where no image came or went. */
  async #reload(list: ImageList, version: string, filter: ImageFilter): Promise<void> {
    const { total } = list;
    await list.reload(version, filter);
    if (this.list !== list) return;
    if (this.#changed || list.total !== total) this.selection.clear();
    this.#changed = false;
    this.cursor = Math.max(0, Math.min(this.cursor, (list.total ?? 0) - 1));
  }

  #list(dataset: DatasetView | null, filter: ImageFilter): void {
    this.cursor = 0;
    this.#changed = false;
    this.selection.clear();
    this.list = dataset === null ? null : new ImageList(this.#transport, dataset, filter);
  }
}
