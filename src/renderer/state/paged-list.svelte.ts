/** From `first` up to, not including, `end`, as places in a list. */
export interface Places {
  readonly first: number;
  readonly end: number;
}

/** Some of a list's entries, and how many the whole list has. */
export interface Page<Entry> {
  readonly total: number;
  readonly entries: readonly Entry[];
}

/** A long list, fetched by pages as it is looked at. */
export abstract class PagedList<Entry> {
  readonly #size: number;
  readonly #mostPages: number;
  readonly #largest: number;
  /** Under way or held, in the order in which they were looked at last. */
  readonly #asked = new Set<number>();
  #seen: Places = { first: 0, end: 1 };
  /** Rises with each reading anew: an answer from before is none. */
  #reading = 0;
  #pages = $state.raw<ReadonlyMap<number, readonly Entry[]>>(new Map());
  /** Null until the first page has come. */
  total = $state<number | null>(null);
  problem = $state.raw<unknown>(null);

  /**
   * @param size entries of a page
   * @param mostPages held at once: more than any screen shows, and bounded whatever is scrolled through
   * @param largest entries that one request gives at most
   */
  protected constructor(size: number, mostPages: number, largest: number) {
    this.#size = size;
    this.#mostPages = mostPages;
    this.#largest = largest;
  }

  protected abstract ask(offset: number, limit: number): Promise<Page<Entry>>;

  /** The entry at a place, where its page has come. */
  at(index: number): Entry | undefined {
    return this.#pages.get(Math.floor(index / this.#size))?.[index % this.#size];
  }

  /** Those of the entries held that are meant. */
  held(isMeant: (entry: Entry) => boolean): Entry[] {
    return [...this.#pages.values()].flatMap((entries) => entries.filter(isMeant));
  }

  /** Fetches what is missing from `first` up to, not including, `end`. */
  need(first: number, end: number): void {
    // A list that is empty now may have entries later: its first page goes on being looked at.
    if (end <= first) return;
    this.#seen = { first, end };
    for (let page = Math.floor(first / this.#size); page * this.#size < end; page += 1) void this.#fetch(page);
  }

  /** Asks again for what failed. */
  retry(): void {
    this.problem = null;
    this.need(this.#seen.first, this.#seen.end);
  }

  /** Where the entry that is meant stands, of those held. */
  protected placeWhere(isMeant: (entry: Entry) => boolean): number | null {
    for (const [page, entries] of this.#pages) {
      const place = entries.findIndex(isMeant);
      if (place !== -1) return page * this.#size + place;
    }
    return null;
  }

  /**
   * The entries from `first` up to, not including, `end`, whether their pages are held or not.
   *
   * @param isWanted asked before each request: where they are no longer wanted, those so far are given
   * @throws what the request throws
   */
  async read(first: number, end: number, isWanted = (): boolean => true): Promise<Entry[]> {
    const found: Entry[] = [];
    while (first + found.length < end && isWanted()) {
      const place = first + found.length;
      const held = this.at(place);
      if (held !== undefined) {
        found.push(held);
        continue;
      }
      const { entries } = await this.ask(place, Math.min(this.#largest, end - place));
      if (entries.length === 0) break;
      found.push(...entries);
    }
    return found;
  }

  /** Asks again for these, or for what is in sight, as it may have changed; what was there is shown until then. */
  protected async readAgain({ first, end }: Places = this.#seen): Promise<void> {
    this.#reading += 1;
    this.#asked.clear();
    this.#seen = { first, end };
    const pages: Promise<void>[] = [];
    for (let page = Math.floor(first / this.#size); page * this.#size < end; page += 1) {
      pages.push(this.#fetch(page));
    }
    await Promise.all(pages);
  }

  async #fetch(page: number): Promise<void> {
    const known = this.#asked.delete(page);
    this.#asked.add(page);
    if (known) return;
    const reading = this.#reading;
    try {
      const { total, entries } = await this.ask(page * this.#size, this.#size);
      if (reading !== this.#reading) return;
      this.#hold(page, entries);
      this.total = total;
      this.problem = null;
    } catch (problem) {
      if (reading !== this.#reading) return;
      this.#asked.delete(page);
      this.problem = problem;
    }
  }

  #hold(page: number, entries: readonly Entry[]): void {
    const pages = new Map(this.#pages).set(page, entries);
    for (const oldest of this.#asked) {
      if (this.#asked.size <= this.#mostPages) break;
      this.#asked.delete(oldest);
    }
    // What is no longer asked for is of before a reading anew, or was looked at longest ago.
    for (const held of pages.keys()) if (!this.#asked.has(held)) pages.delete(held);
    this.#pages = pages;
  }
}
