/**
 * Gathers what comes in and hands it over at most once in an interval, so that a fast run does not repaint the window
 * for every step.
 */
export class Batch<Item> {
  readonly #apply: (items: readonly Item[]) => void;
  readonly #milliseconds: number;
  #items: Item[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #appliedAt = -Infinity;

  constructor(milliseconds: number, apply: (items: readonly Item[]) => void) {
    this.#milliseconds = milliseconds;
    this.#apply = apply;
  }

  push(items: readonly Item[]): void {
    if (items.length === 0) return;
    this.#items.push(...items);
    // A timer, for animation frames stop while a window is hidden and the gathered would grow without bound.
    const wait = Math.max(0, this.#appliedAt + this.#milliseconds - performance.now());
    this.#timer ??= setTimeout(() => this.flush(), wait);
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const items = this.#items;
    if (items.length === 0) return;
    this.#items = [];
    this.#appliedAt = performance.now();
    this.#apply(items);
  }

  /** Forgets what waits. */
  clear(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#items = [];
  }
}
