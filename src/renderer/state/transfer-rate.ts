/** Seconds over which a rate is taken: long enough to be calm, short enough to follow a change. */
const WINDOW = 4;

/** How fast something goes on, from how far it was when. */
export class TransferRate {
  readonly #marks: { readonly seconds: number; readonly done: number }[] = [];

  mark(seconds: number, done: number): void {
    this.#marks.push({ seconds, done });
    while (this.#marks.length > 2 && (this.#marks[1]?.seconds ?? seconds) < seconds - WINDOW) this.#marks.shift();
  }

  /** Null until it can be told. */
  get perSecond(): number | null {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (first === undefined || last === undefined || last.seconds - first.seconds < 0.25) return null;
    const rate = (last.done - first.done) / (last.seconds - first.seconds);
    return rate > 0 ? rate : null;
  }

  secondsLeft(total: number): number | null {
    const rate = this.perSecond;
    const done = this.#marks.at(-1)?.done ?? 0;
    return rate === null ? null : Math.max(0, total - done) / rate;
  }
}
