import { untrack } from 'svelte';
import type { DatasetView, RecentDataset } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import type { DatasetReference } from '../../shared/contract/plan.ts';
import type { DatasetChoice } from './dataset-choice.svelte.ts';
import type { ImageFilter } from '../../shared/contract/dataset-edits.ts';
import { changedFilter, EVERYTHING, filterAmong, type FilterChange } from './image-filter.ts';
import { ImageList } from './image-list.svelte.ts';
import { ImageSelection } from './image-selection.svelte.ts';

/** What a dataset can be looked at as: its images one by one, all of them on a map, or what may be wrong with them. */
export type Look = 'images' | 'map' | 'health';

const classNames = (dataset: DatasetView): string[] => dataset.classes.map(({ name }) => name);

/** How the chosen dataset is being looked at, kept while other views are shown. */
export class Datasets {
  readonly #transport: Pick<Transport, 'invoke'>;
  readonly #choice: DatasetChoice;
  /** The images that pass the filter; null while no dataset is chosen. */
  list = $state.raw<ImageList | null>(null);
  /** The image that keys act on, as a place in `list`. */
  cursor = $state(0);
  /** What of the list is selected. */
  readonly selection: ImageSelection;
  look = $state<Look>('images');
  recent = $state.raw<readonly RecentDataset[]>([]);
  /** The name of what is being read, or was last. */
  openingName = $state<string | null>(null);
  /** What was read last, to be read again; null where that cannot be named any more. */
  #last = $state.raw<DatasetReference | null>(null);
  /** What `list` is of. */
  #followed: DatasetView | null = null;

  /** @param onFailure told why images could not be selected */
  constructor(transport: Pick<Transport, 'invoke'>, choice: DatasetChoice, onFailure: (error: unknown) => void) {
    this.#transport = transport;
    this.#choice = choice;
    this.selection = new ImageSelection(() => this.list, onFailure);
  }

  get filter(): ImageFilter {
    return this.list?.filter ?? EVERYTHING;
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
        this.#list(dataset?.datasetId ?? null, EVERYTHING);
        return;
      }
      const filter = filterAmong(list.filter, classNames(before), classNames(dataset));
      // Of a class that has gone nothing is left to show.
      if (filter.classIndex !== undefined || list.filter.classIndex === undefined) {
        void this.#reload(list, filter);
      } else this.#list(dataset.datasetId, filter);
    });
  }

  /** Lists other images of the same dataset; what was selected among those before is let go. */
  show(change: FilterChange): void {
    if (this.list !== null) this.#list(this.list.datasetId, changedFilter(this.filter, change));
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
  async #reload(list: ImageList, filter: ImageFilter): Promise<void> {
    const { total } = list;
    await list.reload(filter);
    if (this.list === list && list.total !== total) this.selection.clear();
  }

  #list(datasetId: string | null, filter: ImageFilter): void {
    this.cursor = 0;
    this.selection.clear();
    this.list = datasetId === null ? null : new ImageList(this.#transport, datasetId, filter);
  }
}
