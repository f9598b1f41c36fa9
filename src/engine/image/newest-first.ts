/**
 * Does some work at a time, what was asked for last first: a list that is scrolled wants what is in sight now. Work under
 * a key that waits or is under way is not begun a second time.
 */
export class NewestFirst {
  readonly #atOnce: number;
  readonly #results = new Map<string, Promise<unknown>>();
  /** What begins the work of each key that waits. */
  readonly #waiting = new Map<string, () => void>();
  /** Keys in the order in which they were asked for; one that was asked for again stands here twice. */
  readonly #asked: string[] = [];
  #underWay = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** @param key the same for the same result only */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const known = this.#results.get(key);
    if (known) {
      if (this.#waiting.has(key)) this.#asked.push(key);
      return known as Promise<Result>;
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#results.set(key, promise);
    this.#waiting.set(key, () => {
      this.#underWay += 1;
      work()
        .then(resolve, reject)
        .finally(() => {
          this.#underWay -= 1;
          this.#results.delete(key);
          this.#beginNext();
        });
    });
    this.#asked.push(key);
    this.#beginNext();
    return promise;
  }

  #beginNext(): void {
    while (this.#underWay < this.#atOnce) {
      const key = this.#asked.pop();
      if (key === undefined) return;
      const begin = this.#waiting.get(key);
      this.#waiting.delete(key);
      begin?.();
    }
  }
}
