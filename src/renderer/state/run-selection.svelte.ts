import type { RunRow } from '../../shared/contract/run-list.ts';

/** The lines of a table, as far as a selection needs to know them. */
export interface SelectedFrom {
  /** The run at a line; undefined for a head, and where it was not fetched yet. */
  readonly runAt: (line: number) => RunRow | undefined;
  /** The runs from one line up to, not including, another; fetched where they are not held. */
  readonly read: (first: number, end: number, isWanted: () => boolean) => Promise<RunRow[]>;
}

/** How a press or a key selects: `extend` from the last one to this, `toggle` this one alone. */
export interface Picking {
  readonly extend: boolean;
  readonly toggle: boolean;
}

/** Runs that are selected, by mouse and keyboard as in a file manager. */
export class RunSelection {
  runs = $state.raw<ReadonlyMap<string, RunRow>>(new Map());
  readonly #from: () => SelectedFrom;
  readonly #onFailure: (error: unknown) => void;
  /** The line at which a range begins. */
  #anchor = 0;
  /** Rises with each change: what was fetched for an earlier one is no longer wanted. */
  #change = 0;

  constructor(from: () => SelectedFrom, onFailure: (error: unknown) => void) {
    this.#from = from;
    this.#onFailure = onFailure;
  }

  get size(): number {
    return this.runs.size;
  }

  has(runId: string): boolean {
    return this.runs.has(runId);
  }

  /** A press on a line, or a key that leads to it. */
  async pick(line: number, { extend, toggle }: Picking): Promise<void> {
    if (extend) {
      await this.#choose(Math.min(this.#anchor, line), Math.max(this.#anchor, line) + 1, toggle);
      return;
    }
    this.#anchor = line;
    const run = this.#from().runAt(line);
    if (run === undefined) return;
    const next = new Map(toggle ? this.runs : []);
    if (!toggle || !next.delete(run.runId)) next.set(run.runId, run);
    this.#set(next);
  }

  /** Where the next range begins, without anything being selected. */
  anchorAt(line: number): void {
    this.#anchor = line;
  }

  /** All of the lines, whether they were looked at or not. */
  async all(lines: number): Promise<void> {
    await this.#choose(0, lines, false);
  }

  clear(): void {
    this.#set(new Map());
  }

  /** What became of selected runs that were read again; those that are elsewhere now are selected no longer. */
  refresh(read: readonly RunRow[], gone: ReadonlySet<string> = new Set()): void {
    if (this.runs.size === 0) return;
    const next = new Map([...this.runs].filter(([runId]) => !gone.has(runId)));
    for (const run of read) if (next.has(run.runId)) next.set(run.runId, run);
    this.runs = next;
  }

  async #choose(first: number, end: number, adds: boolean): Promise<void> {
    this.#change += 1;
    const change = this.#change;
    const isWanted = (): boolean => change === this.#change;
    try {
      const runs = await this.#from().read(first, end, isWanted);
      if (isWanted())
        this.runs = new Map([...(adds ? this.runs : []), ...runs.map((run) => [run.runId, run] as const)]);
    } catch (error) {
      this.#onFailure(error);
    }
  }

  #set(runs: ReadonlyMap<string, RunRow>): void {
    this.#change += 1;
    this.runs = runs;
  }
}
