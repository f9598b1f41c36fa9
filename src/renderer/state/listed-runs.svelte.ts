import type { Transport } from '../../shared/contract/endpoint.ts';
import type { RunRow } from '../../shared/contract/run-list.ts';
import type { RunGroup } from '../../shared/contract/run-query.ts';
import { layOutLines, lineAt, lineOf, rowsWithin, type LineLayout } from './line-layout.ts';
import type { Places } from './paged-list.svelte.ts';
import { RunPages, type Listing } from './run-pages.svelte.ts';

/** All runs that fit, or those of one group. */
interface Part {
  readonly group: RunGroup | null;
  readonly pages: RunPages;
}

export type RunLine =
  | { readonly kind: 'group'; readonly group: RunGroup; readonly open: boolean }
  /** `undefined` until its page has come. */
  | { readonly kind: 'run'; readonly run: RunRow | undefined };

/** The lines of the table of runs: runs, and the heads of their groups where they are grouped. */
export class ListedRuns {
  /** Conditions of the groups that are folded away. */
  folded = $state.raw<ReadonlySet<string>>(new Set());
  /** Those that the rows' values are of, in their order. */
  columns = $state.raw<readonly string[]>([]);
  #parts = $state.raw<readonly Part[] | null>(null);
  #problem = $state.raw<unknown>(null);
  readonly #transport: Pick<Transport, 'invoke'>;
  #seen: Places = { first: 0, end: 1 };
  /** What the parts are of, in one word: only the same is read again in place. */
  #shown = '';
  /** Rises with each listing: an answer to the one before is none. */
  #listing = 0;

  constructor(transport: Pick<Transport, 'invoke'>) {
    this.#transport = transport;
  }

  /** Why it could not be read, if so; what was there before is shown on. */
  get problem(): unknown {
    return this.#problem ?? this.#parts?.find(({ pages }) => pages.problem !== null)?.pages.problem ?? null;
  }

  /** Null until the first answer has come. */
  get layout(): LineLayout | null {
    return this.#parts === null ? null : this.#layOut(this.#parts);
  }

  get groups(): readonly RunGroup[] {
    return (this.#parts ?? []).flatMap(({ group }) => (group === null ? [] : [group]));
  }

  lineAt(layout: LineLayout, index: number): RunLine | null {
    const line = lineAt(layout, index);
    const part = line === null ? undefined : this.#parts?.[line.part];
    if (line === null || part === undefined) return null;
    if (line.kind === 'row') return { kind: 'run', run: part.pages.at(line.row) };
    return part.group === null
      ? null
      : { kind: 'group', group: part.group, open: !this.folded.has(part.group.condition) };
  }

  /** The line of a run, of those held. */
  lineOf(layout: LineLayout, runId: string): number | null {
    for (const [part, { pages }] of (this.#parts ?? []).entries()) {
      const row = pages.placeOf(runId);
      if (row !== null && row < (layout.parts[part]?.rows ?? 0)) return lineOf(layout, part, row);
    }
    return null;
  }

  /** How many runs are listed; one that is in several groups counts in each. */
  get runs(): number {
    return (this.#parts ?? []).reduce((sum, part) => sum + sizeOf(part), 0);
  }

  /** A run, of those held. */
  find(runId: string): RunRow | undefined {
    return this.held().find((run) => run.runId === runId);
  }

  /** Those that are held now. */
  held(): RunRow[] {
    return (this.#parts ?? []).flatMap(({ pages }) => pages.held(() => true));
  }

  /** Fetches what is missing of the lines from `first` up to, not including, `end`. */
  need(layout: LineLayout, first: number, end: number): void {
    this.#seen = { first, end };
    for (const rows of rowsWithin(layout, first, end)) this.#parts?.[rows.part]?.pages.need(rows.first, rows.end);
  }

  /** The runs among the lines, each once. @throws what the request throws */
  async read(layout: LineLayout, lines: Places, isWanted: () => boolean): Promise<RunRow[]> {
    const parts = this.#parts ?? [];
    const found = new Map<string, RunRow>();
    for (const { part, first, end } of rowsWithin(layout, lines.first, lines.end)) {
      for (const run of (await parts[part]?.pages.read(first, end, isWanted)) ?? []) found.set(run.runId, run);
    }
    return [...found.values()];
  }

  /** Folds a group away, or shows its runs again. */
  toggle({ condition }: RunGroup): void {
    const folded = new Set(this.folded);
    if (!folded.delete(condition)) folded.add(condition);
    this.folded = folded;
  }

  foldAll(fold: boolean): void {
    this.folded = new Set(fold ? this.groups.map(({ condition }) => condition) : []);
  }

  /**
   * Lists what fits, from its beginning; what was there is shown until it has come.
   *
   * @param by what the runs are grouped by, if they are
   */
  show(listing: Listing, by: string | null): Promise<void> {
    return this.#list(listing, by, { first: 0, end: 1 }, () => undefined);
  }

  /** Lists the same runs with other columns, where one is in the list. */
  showAs(listing: Listing, by: string | null): Promise<void> {
    return this.#list(listing, by, this.#seen, () => undefined);
  }

  /** Reads again what is in sight, as runs may have changed. */
  reload(listing: Listing, by: string | null): Promise<void> {
    return this.#list(listing, by, this.#seen, (group) =>
      this.#parts?.find((part) => keyOf(part.group) === keyOf(group)),
    );
  }

  /** @param known what of before may be read again in place */
  async #list(
    listing: Listing,
    by: string | null,
    seen: Places,
    known: (group: RunGroup | null) => Part | undefined,
  ): Promise<void> {
    this.#listing += 1;
    const asked = this.#listing;
    const { query = '', shelf } = listing;
    const shown = JSON.stringify([listing, by]);
    try {
      const request = { by: by ?? '', query, ...(shelf === undefined ? {} : { shelf }) };
      const groups = by === null ? [null] : await this.#transport.invoke('runs.groups', request);
      if (asked !== this.#listing) return;
      const fresh = groups.map((group): Part => ({ group, pages: this.#pages(listing, group) }));
      const inSight = by === null ? [{ part: 0, ...seen }] : rowsWithin(this.#layOut(fresh), seen.first, seen.end);
      const parts = await Promise.all(
        fresh.map(async (part, place) => {
          const rows = inSight.find((inside) => inside.part === place);
          if (rows === undefined) return part;
          const pages = (shown === this.#shown ? known(part.group) : undefined)?.pages ?? part.pages;
          await pages.reload(rows);
          return { ...part, pages };
        }),
      );
      if (asked !== this.#listing) return;
      this.#problem = parts.find(({ pages }) => pages.problem !== null)?.pages.problem ?? null;
      if (this.#problem !== null) return;
      this.#parts = parts;
      this.#shown = shown;
      this.columns = listing.columns ?? [];
    } catch (problem) {
      if (asked === this.#listing) this.#problem = problem;
    }
  }

  #layOut(parts: readonly Part[]): LineLayout {
    return layOutLines(
      parts.map((part) => ({
        hasHead: part.group !== null,
        rows: part.group !== null && this.folded.has(part.group.condition) ? 0 : sizeOf(part),
      })),
    );
  }

  #pages(listing: Listing, group: RunGroup | null): RunPages {
    const own = group === null ? listing : { ...listing, query: both(listing.query ?? '', group.condition) };
    return new RunPages(this.#transport, own);
  }
}

function keyOf(group: RunGroup | null): string {
  return group?.condition ?? '';
}

function both(query: string, condition: string): string {
  return query.trim() === '' ? condition : `(${query}) and ${condition}`;
}

function sizeOf({ group, pages }: Part): number {
  return pages.total ?? group?.runs ?? 0;
}
