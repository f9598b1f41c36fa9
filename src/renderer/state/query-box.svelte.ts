import type { Transport } from '../../shared/contract/endpoint.ts';
import type { RunCompletion } from '../../shared/contract/run-query.ts';
import { moveInList } from './move-in-list.ts';

/** A pause in typing after which the query is asked. */
const PAUSE_MILLISECONDS = 200;

type Problem = NonNullable<RunCompletion['problem']>;

/** A query as it is being written: what could stand where the cursor is, and what is wrong with it so far. */
export class QueryBox {
  text = $state('');
  options = $state.raw<RunCompletion['options']>([]);
  /** Which of the options was chosen, which Enter and Tab take; null where none was. */
  active = $state<number | null>(null);
  /** What is wrong with the text, as far as that should be said: not of a query whose end is still being written. */
  problem = $state.raw<Problem | null>(null);
  readonly #transport: Pick<Transport, 'invoke'>;
  readonly #onQuery: (query: string) => void;
  readonly #onFailure: (error: unknown) => void;
  #replaced = { from: 0, to: 0 };
  /** The options are of what was just typed, not of where the cursor was put. */
  #typed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Rises with each change: an answer to the text of before is none. */
  #change = 0;

  /** @param onQuery takes the text once it is a query that can be asked */
  constructor(
    transport: Pick<Transport, 'invoke'>,
    onQuery: (query: string) => void,
    onFailure: (error: unknown) => void,
  ) {
    this.#transport = transport;
    this.#onQuery = onQuery;
    this.#onFailure = onFailure;
  }

  /** The text was changed, or the cursor moved to another place in it. */
  write(text: string, cursor: number): void {
    this.text = text;
    this.active = null;
    this.#typed = false;
    this.#change += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#complete(cursor, false, true), PAUSE_MILLISECONDS);
  }

  /** What could stand here, at once. */
  async suggest(cursor: number): Promise<void> {
    clearTimeout(this.#timer);
    this.#change += 1;
    await this.#complete(cursor, false);
  }

  /** The query is finished: all that is wrong with it is told. */
  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    this.#change += 1;
    const change = this.#change;
    await this.#complete(this.text.length, true);
    if (change === this.#change) this.close();
  }

  /** Puts a whole query in place of what is there, and asks it. */
  async set(query: string): Promise<void> {
    this.text = query;
    await this.finish();
  }

  /** @returns whether the key led to another option */
  move(key: string): boolean {
    if (this.options.length === 0) return false;
    const before = this.active ?? (key === 'ArrowUp' ? this.options.length : -1);
    const next = key.startsWith('Arrow') ? moveInList(key, before, this.options.length) : null;
    if (next === null) return false;
    this.active = next;
    return true;
  }

  /** Which of the options Tab takes: the chosen one, or the first for a word that is being typed; null where Tab leaves. */
  get forTab(): number | null {
    if (this.options.length === 0) return null;
    return this.active ?? (this.#typed && this.#replaced.from < this.#replaced.to ? 0 : null);
  }

  /**
   * Puts an option where it belongs.
   *
   * @returns where the cursor then stands, in UTF-16 code units; null where there is no such option
   */
  take(index: number | null): number | null {
    const option = index === null ? undefined : this.options[index];
    if (option === undefined) return null;
    const { from, to } = this.#replaced;
    // What follows is mostly a further word; none is wanted inside a parenthesis that was just opened.
    const space = option.text.endsWith('(') || /^\s/u.test(this.text.slice(to)) ? '' : ' ';
    const before = `${this.text.slice(0, from)}${option.text}${space}`;
    this.text = before + this.text.slice(to);
    this.close();
    void this.suggest(before.length);
    return before.length;
  }

  /** Shows no options until something is written again. */
  close(): void {
    this.options = [];
    this.active = null;
  }

  /** Ends what waits. */
  end(): void {
    clearTimeout(this.#timer);
    this.#change += 1;
  }

  async #complete(cursor: number, finished: boolean, typed = false): Promise<void> {
    const change = this.#change;
    const query = this.text;
    try {
      const { from, to, options, problem } = await this.#transport.invoke('runs.complete', { query, cursor });
      if (change !== this.#change) return;
      this.#replaced = { from, to };
      this.options = options;
      this.active = null;
      this.#typed = typed;
      const isUnderWay = !finished && problem !== null && problem.to >= query.trimEnd().length;
      this.problem = isUnderWay ? null : problem;
      if (problem === null) this.#onQuery(query.trim());
    } catch (error) {
      if (change === this.#change) this.#onFailure(error);
    }
  }
}
