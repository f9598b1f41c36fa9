import type { ImageEntry, SPLITS } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';

/** What of a dataset is shown; `null` is all. */
export interface ImageFilter {
  readonly classIndex: number | null;
  readonly split: (typeof SPLITS)[number] | null;
}

export const EVERYTHING: ImageFilter = { classIndex: null, split: null };

const PAGE = 500;

/** The images of a dataset that pass a filter, fetched by pages as they are looked at. */
export class ImageList {
  readonly datasetId: string;
  readonly filter: ImageFilter;
  readonly #transport: Pick<Transport, 'invoke'>;
  readonly #asked = new Set<number>();
  #pages = $state.raw<ReadonlyMap<number, readonly ImageEntry[]>>(new Map());
  /** Null until the first page has come. */
  total = $state<number | null>(null);
  problem = $state.raw<unknown>(null);

  constructor(transport: Pick<Transport, 'invoke'>, datasetId: string, filter: ImageFilter) {
    this.#transport = transport;
    this.datasetId = datasetId;
    this.filter = filter;
    void this.#fetch(0);
  }

  /** The image at a place, where its page has come. */
  at(index: number): ImageEntry | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Fetches what is missing from `first` up to, not including, `end`. */
  need(first: number, end: number): void {
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1) void this.#fetch(page);
  }

  /** Asks again for what failed. */
  retry(): void {
    this.problem = null;
    void this.#fetch(0);
  }

  async #fetch(page: number): Promise<void> {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    const { classIndex, split } = this.filter;
    try {
      const { total, images } = await this.#transport.invoke('dataset.images', {
        datasetId: this.datasetId,
        offset: page * PAGE,
        limit: PAGE,
        ...(classIndex === null ? {} : { classIndex }),
        ...(split === null ? {} : { split }),
      });
      this.#pages = new Map(this.#pages).set(page, images);
      this.total = total;
    } catch (problem) {
      this.#asked.delete(page);
      this.problem = problem;
    }
  }
}
