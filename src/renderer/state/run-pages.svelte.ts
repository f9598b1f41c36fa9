import type { Transport } from '../../shared/contract/endpoint.ts';
import { MOST_RUNS_LISTED, type RunListRequest, type RunRow } from '../../shared/contract/run-list.ts';
import { PagedList, type Page, type Places } from './paged-list.svelte.ts';

const PAGE = 100;
const MOST_PAGES = 40;

/** What is listed, page for page. */
export type Listing = Omit<RunListRequest, 'offset' | 'limit'>;

/** Runs that fit a query, in order, fetched by pages as they are looked at. */
export class RunPages extends PagedList<RunRow> {
  readonly #listing: Listing;
  readonly #transport: Pick<Transport, 'invoke'>;

  constructor(transport: Pick<Transport, 'invoke'>, listing: Listing) {
    super(PAGE, MOST_PAGES, MOST_RUNS_LISTED);
    this.#transport = transport;
    this.#listing = listing;
  }

  /** Asks again for these, as they may have changed; what was there is shown until then. */
  async reload(rows: Places): Promise<void> {
    await this.readAgain(rows);
  }

  /** Where a run stands, of those held. */
  placeOf(runId: string): number | null {
    return this.placeWhere((run) => run.runId === runId);
  }

  protected async ask(offset: number, limit: number): Promise<Page<RunRow>> {
    const { total, runs } = await this.#transport.invoke('runs.list', { ...this.#listing, offset, limit });
    return { total, entries: runs };
  }
}
