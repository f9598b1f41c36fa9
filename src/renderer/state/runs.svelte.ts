import { RUN_SHELVES, type RunShelf } from '../../shared/contract/run-list.ts';
import type { RunColumn } from '../../shared/contract/run-query.ts';
import type { Host } from '../transport/host.ts';
import { Batch } from './batch.ts';
import { ListedRuns } from './listed-runs.svelte.ts';
import type { Listing } from './run-pages.svelte.ts';
import type { SortKey } from './run-sort.ts';
import { RunSelection, type SelectedFrom } from './run-selection.svelte.ts';

const RELOAD_INTERVAL_MILLISECONDS = 500;

type Counts = Readonly<Record<RunShelf, number>>;

/** The order in which runs are shown at first. */
const NEWEST_FIRST: readonly SortKey[] = [{ key: 'created', descending: true }];

/** Runs of the log, as the Runs view lists them; kept up to date by what runs and the log tell. */
export class RunsController {
  readonly listed: ListedRuns;
  readonly selection: RunSelection;
  query = $state('');
  shelf = $state<RunShelf>('active');
  sort = $state.raw<readonly SortKey[]>(NEWEST_FIRST);
  /** What runs are grouped by; null where they are not. */
  by = $state<string | null>(null);
  /** What runs can be shown, sorted, grouped and found by. */
  keys = $state.raw<readonly RunColumn[]>([]);
  /** Keys whose values every row brings. */
  asked = $state.raw<readonly string[]>([]);
  /** The line that the keyboard stands on. */
  cursor = $state(0);
  /** Rises with each other list, which is looked at from its top. */
  listings = $state(0);
  /** Runs on each shelf, whatever is queried; null until they were counted. */
  counts = $state.raw<Counts | null>(null);
  /** Why the log could not be read, if so. */
  problem = $state.raw<unknown>(null);
  readonly #host: Host;
  readonly #batch = new Batch<null>(RELOAD_INTERVAL_MILLISECONDS, () => void this.load());
  #begun = false;
  #loading = false;
  #again = false;
  /** Rises with each other list that is asked for. */
  #shows = 0;

  constructor(host: Host) {
    this.#host = host;
    this.listed = new ListedRuns(host.transport);
    this.selection = new RunSelection(
      () => this.#lines(),
      (error) => (this.problem = error),
    );
  }

  /** Reads the list, and again whenever it may have changed. @returns the function that ends this */
  begin(): () => void {
    const { transport } = this.#host;
    const ends = [
      transport.subscribe('run', ({ body }) => {
        if (body.kind === 'status' || body.kind === 'epoch') this.#batch.push([null]);
      }),
      transport.subscribe('runs', () => this.#batch.push([null])),
      () => this.#batch.clear(),
      this.#host.onConnection((state) => {
        if (state !== 'lost') void this.load();
      }),
    ];
    this.#begun = true;
    void this.load();
    return () => {
      for (const end of ends) end();
    };
  }

  /** Reads again what is in sight; what was there is shown until then. */
  async load(): Promise<void> {
    if (this.#loading) {
      this.#again = true;
      return;
    }
    this.#loading = true;
    try {
      do {
        this.#again = false;
        await this.#read();
      } while (this.#wanted());
      this.problem = null;
    } catch (error) {
      this.problem = error;
    } finally {
      this.#loading = false;
    }
  }

  /** Lists what fits a query that is known to be one. */
  ask(query: string): void {
    if (query === this.query) return;
    this.query = query;
    this.#showAnew();
  }

  show(shelf: RunShelf): void {
    this.shelf = shelf;
    this.#showAnew();
  }

  sortBy(sort: readonly SortKey[]): void {
    this.sort = sort;
    this.#showAnew();
  }

  groupBy(key: string | null): void {
    this.by = key;
    this.listed.folded = new Set();
    this.#showAnew();
  }

  /** Has the rows bring what these columns show. */
  bring(keys: readonly string[]): void {
    if (keys.join('\n') === this.asked.join('\n')) return;
    this.asked = keys;
    // What is read first brings them anyway.
    if (this.#begun) void this.listed.showAs(this.#listing(), this.by);
  }

  // A method, since the flag changes while an answer is awaited, which the compiler does not see.
  #wanted(): boolean {
    return this.#again;
  }

  #listing(): Listing {
    return { query: this.query, sort: [...this.sort], columns: [...this.asked], sparkline: true, shelf: this.shelf };
  }

  #showAnew(): void {
    this.selection.clear();
    this.cursor = 0;
    this.#shows += 1;
    void this.listed.show(this.#listing(), this.by).then(() => (this.listings += 1));
  }

  async #read(): Promise<void> {
    const { transport } = this.#host;
    const { cursor } = this;
    const shows = this.#shows;
    const stoodOn = this.#lines().runAt(cursor)?.runId;
    const [counts, keys] = await Promise.all([
      Promise.all(RUN_SHELVES.map((shelf) => transport.invoke('runs.list', { shelf, limit: 1 }))),
      transport.invoke('runs.columns', {}),
      this.listed.reload(this.#listing(), this.by),
    ]);
    const [active, archived, trash] = counts;
    this.counts = { active: active?.total ?? 0, archived: archived?.total ?? 0, trash: trash?.total ?? 0 };
    this.keys = keys;
    this.selection.refresh(this.listed.held());
    // Who moved on meanwhile, or looks at another list, is not led back.
    if (shows !== this.#shows || cursor !== this.cursor) return;
    const { layout } = this.listed;
    const line = stoodOn === undefined || layout === null ? null : this.listed.lineOf(layout, stoodOn);
    if (line !== null) this.cursor = line;
  }

  #lines(): SelectedFrom {
    const { listed } = this;
    const { layout } = listed;
    return {
      runAt: (line) => {
        const found = layout === null ? null : listed.lineAt(layout, line);
        return found?.kind === 'run' ? found.run : undefined;
      },
      read: async (first, end, isWanted) => (layout === null ? [] : listed.read(layout, { first, end }, isWanted)),
    };
  }
}

const controllers = new WeakMap<Host, RunsController>();

/** The list of a window: its order, query and selection outlive the view. */
export function runsOf(host: Host): RunsController {
  const controller = controllers.get(host) ?? new RunsController(host);
  controllers.set(host, controller);
  return controller;
}
