import type { ImageFilter } from '../../shared/contract/dataset-edits.ts';
import type { DatasetView, ImageEntry } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';

const PAGE = 500;
/** Pages held at once: more than any screen shows, and bounded whatever is scrolled through. */
const MOST_PAGES = 40;
/** As many as one request gives. */
const LARGEST_PAGE = 1000;

/** The images of a dataset that pass a filter, fetched by pages as they are looked at. */
export class ImageList {
  readonly datasetId: string;
  filter = $state.raw<ImageFilter>({});
  /** Of the dataset that the filter speaks of: its classes have these places in no other. */
  version: string;
  readonly #transport: Pick<Transport, 'invoke'>;
  /** Under way or held, in the order in which they were looked at last. */
  readonly #asked = new Set<number>();
  #seen = { first: 0, end: 1 };
  /** Rises with each reading anew: an answer from before is none. */
  #reading = 0;
  #pages = $state.raw<ReadonlyMap<number, readonly ImageEntry[]>>(new Map());
  /** Null until the first page has come. */
  total = $state<number | null>(null);
  problem = $state.raw<unknown>(null);

  constructor(
    transport: Pick<Transport, 'invoke'>,
    { datasetId, version }: Pick<DatasetView, 'datasetId' | 'version'>,
    filter: ImageFilter,
  ) {
    this.#transport = transport;
    this.datasetId = datasetId;
    this.version = version;
    this.filter = filter;
    this.need(0, 1);
  }

  /** The image at a place, where its page has come. */
  at(index: number): ImageEntry | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Those of the images held that are meant. */
  held(isMeant: (image: ImageEntry) => boolean): ImageEntry[] {
    return [...this.#pages.values()].flatMap((images) => images.filter(isMeant));
  }

  /** Fetches what is missing from `first` up to, not including, `end`. */
  need(first: number, end: number): void {
    // A list that is empty now may have images later: its first page goes on being looked at.
    if (end <= first) return;
    this.#seen = { first, end };
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1) void this.#fetch(page);
  }

  /** Asks again for what failed. */
  retry(): void {
    this.problem = null;
    this.need(this.#seen.first, this.#seen.end);
  }

  /**
   * Asks again for what is in sight, as the images may have changed; what was there is shown until then.
   *
   * @param version of the dataset as it is now
   * @param filter lets the same images pass, said otherwise
   */
  async reload(version: string, filter = this.filter): Promise<void> {
    this.version = version;
    this.filter = filter;
    this.#reading += 1;
    this.#asked.clear();
    const pages: Promise<void>[] = [];
    for (let page = Math.floor(this.#seen.first / PAGE); page * PAGE < this.#seen.end; page += 1) {
      pages.push(this.#fetch(page));
    }
    await Promise.all(pages);
  }

  /** Where an image stands, of those held. */
  placeOf(imageId: string): number | null {
    for (const [page, images] of this.#pages) {
      const place = images.findIndex((image) => image.imageId === imageId);
      if (place !== -1) return page * PAGE + place;
    }
    return null;
  }

  /**
   * The ids of the images from `first` up to, not including, `end`, whether their pages are held or not.
   *
   * @param isWanted asked before each request: where they are no longer wanted, those so far are given
   * @throws what the request throws
   */
  async ids(first: number, end: number, isWanted = (): boolean => true): Promise<string[]> {
    const ids: string[] = [];
    while (first + ids.length < end && isWanted()) {
      const place = first + ids.length;
      const held = this.at(place);
      if (held !== undefined) {
        ids.push(held.imageId);
        continue;
      }
      const { images } = await this.#ask(place, Math.min(LARGEST_PAGE, end - place));
      if (images.length === 0) break;
      for (const { imageId } of images) ids.push(imageId);
    }
    return ids;
  }

  #ask(offset: number, limit: number) {
    return this.#transport.invoke('dataset.images', { datasetId: this.datasetId, offset, limit, ...this.filter });
  }

  async #fetch(page: number): Promise<void> {
    const known = this.#asked.delete(page);
    this.#asked.add(page);
    if (known) return;
    const reading = this.#reading;
    try {
      const { total, images } = await this.#ask(page * PAGE, PAGE);
      if (reading !== this.#reading) return;
      this.#hold(page, images);
      this.total = total;
      this.problem = null;
    } catch (problem) {
      if (reading !== this.#reading) return;
      this.#asked.delete(page);
      this.problem = problem;
    }
  }

  #hold(page: number, images: readonly ImageEntry[]): void {
    const pages = new Map(this.#pages).set(page, images);
    for (const oldest of this.#asked) {
      if (this.#asked.size <= MOST_PAGES) break;
      this.#asked.delete(oldest);
    }
    // What is no longer asked for is of before a reading anew, or was looked at longest ago.
    for (const held of pages.keys()) if (!this.#asked.has(held)) pages.delete(held);
    this.#pages = pages;
  }
}
