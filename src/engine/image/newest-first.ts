interface Waiting {
  readonly begin: () => void;
}

/**
 * Does some work at a time, what was asked for last first: a list that is scrolled wants what is in sight now. Work under
 * a key that waits or is under way is not begun a second time.
 */
export class NewestFirst {
  readonly #atOnce: number;
  readonly #results = new Map<string, Promise<unknown>>();
  /** In the order in which they were asked for. */
  readonly #waiting = new Map<string, Waiting>();
  #underWay = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** @param key the same for the same result only */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const known = this.#results.get(key);
    if (known) {
      const waiting = this.#waiting.get(key);
      if (waiting) {
        this.#waiting.delete(key);
        this.#waiting.set(key, waiting);
      }
      return known as Promise<Result>;
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#results.set(key, promise);
    const begin = (): void => {
      this.#underWay += 1;
      work()
        .then(resolve, reject)
        .finally(() => {
          this.#underWay -= 1;
          this.#results.delete(key);
          this.#beginNext();
        });
    };
    this.#waiting.set(key, { begin });
    this.#beginNext();
    return promise;
  }

  #beginNext(): void {
    if (this.#underWay >= this.#atOnce) return;
    const newest = [...this.#waiting].at(-1);
    if (!newest) return;
    this.#waiting.delete(newest[0]);
    newest[1].begin();
  }
}
