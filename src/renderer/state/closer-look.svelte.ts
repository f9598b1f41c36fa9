import type { Transport } from '../../shared/contract/endpoint.ts';
import type { SeriesKey } from '../../shared/contract/series.ts';
import type { Curve } from '../charts/curve.ts';
import type { Range } from '../charts/chart-line.ts';
import { MAX_POINTS } from '../charts/live-curve.ts';

/** While a wheel turns, nothing is asked. */
const SETTLE_MILLISECONDS = 150;

export interface Detail extends Range, Curve {}

/** The points of one curve within what is zoomed to: the whole run has too many to hold them all in the window. */
export class CloserLook {
  detail = $state.raw<Detail | null>(null);
  readonly #transport: Transport;
  readonly #runId: string;
  readonly #key: SeriesKey;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(transport: Transport, runId: string, key: SeriesKey) {
    this.#transport = transport;
    this.#runId = runId;
    this.#key = key;
  }

  /** @param range in steps; null for the whole run */
  look(range: Range | null): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    if (range === null) {
      this.detail = null;
      return;
    }
    const asked = this.#asked;
    this.#timer = setTimeout(() => void this.#read(range, asked), SETTLE_MILLISECONDS);
  }

  async #read({ from, to }: Range, asked: number): Promise<void> {
    try {
      const [series] = await this.#transport.invoke('runs.series', {
        runId: this.#runId,
        by: 'step',
        keys: [this.#key],
        maxPoints: MAX_POINTS,
        from,
        to,
      });
      if (asked !== this.#asked || !series) return;
      this.detail = { from, to, x: Array.from(series.x), y: Array.from(series.y) };
    } catch {
      // The thinned curve stays; that there is no closer look now hides nothing.
    }
  }
}
