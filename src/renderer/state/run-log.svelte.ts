import type { Transport } from '../../shared/contract/endpoint.ts';
import type { LineLevel, RunLine, RunLines } from '../../shared/contract/run-lines.ts';

const PAGE = 200;

/** A run's own log, page by page, of one level or of all. */
export class RunLog {
  lines = $state.raw<readonly RunLine[]>([]);
  /** By level; null before the first answer. */
  counts = $state.raw<RunLines['counts'] | null>(null);
  /** null shows every level. */
  level = $state<LineLevel | null>(null);
  hasMore = $state(false);
  readonly #transport: Pick<Transport, 'invoke'>;
  readonly #runId: string;
  /** Answers to what was asked before the last choice are no news. */
  #choice = 0;
  #asking: Promise<void> = Promise.resolve();

  constructor(transport: Pick<Transport, 'invoke'>, runId: string) {
    this.#transport = transport;
    this.#runId = runId;
  }

  /** How many lines there are of what is shown. */
  get total(): number {
    if (this.counts === null) return 0;
    if (this.level !== null) return this.counts[this.level];
    return Object.values(this.counts).reduce((sum, lines) => sum + lines, 0);
  }

  async choose(level: LineLevel | null): Promise<void> {
    this.level = level;
    this.#choice += 1;
    this.lines = [];
    this.hasMore = false;
    await this.more();
  }

  /** The next page after the lines that are shown; what was logged meanwhile is among it. */
  more(): Promise<void> {
    // One after another: two pages that begin after the same line would be shown twice.
    this.#asking = this.#asking.catch(() => undefined).then(() => this.#read());
    return this.#asking;
  }

  /** Looks for new lines, unless there are older ones to be shown before them. */
  async refresh(): Promise<void> {
    if (!this.hasMore) await this.more();
  }

  async #read(): Promise<void> {
    const choice = this.#choice;
    const from = (this.lines.at(-1)?.position ?? 0) + 1;
    const levels = this.level === null ? {} : { levels: [this.level] };
    const found = await this.#transport.invoke('runs.lines', { runId: this.#runId, from, limit: PAGE, ...levels });
    if (choice !== this.#choice) return;
    this.lines = [...this.lines, ...found.lines];
    this.counts = found.counts;
    this.hasMore = found.next !== null;
  }
}
