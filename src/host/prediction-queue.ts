import type { Prediction } from '../shared/contract/endpoint.ts';

/** So many images that wait go to the network together. */
const MOST_TOGETHER = 8;

interface Waiting {
  readonly file: string;
  readonly signal: AbortSignal;
  readonly answer: PromiseWithResolvers<Prediction>;
}

/** Images one after the other, and together where several wait. */
export class PredictionQueue {
  readonly #predict: (files: readonly string[]) => Promise<readonly Prediction[]>;
  readonly #waiting: Waiting[] = [];
  #working = false;

  /** @param predict answers of each file in the order in which they are given */
  constructor(predict: (files: readonly string[]) => Promise<readonly Prediction[]>) {
    this.#predict = predict;
  }

  /**
   * @param signal ends the waiting; what is being predicted is predicted nevertheless
   * @throws what predicting met; the signal's reason
   */
  async ask(file: string, signal: AbortSignal): Promise<Prediction> {
    signal.throwIfAborted();
    const answer: Waiting['answer'] = Promise.withResolvers();
    const waiting = { file, signal, answer };
    this.#waiting.push(waiting);
    const stop = (): void => {
      // However long the network takes with others: what nobody waits for is not kept.
      const place = this.#waiting.indexOf(waiting);
      if (place !== -1) this.#waiting.splice(place, 1);
      answer.reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
    void this.#work();
    return answer.promise.finally(() => signal.removeEventListener('abort', stop));
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    while (this.#waiting.length > 0) {
      await this.#answer(this.#waiting.splice(0, MOST_TOGETHER));
    }
    this.#working = false;
  }

  async #answer(together: readonly Waiting[]): Promise<void> {
    try {
      const found = await this.#predict(together.map(({ file }) => file));
      for (const [index, { answer }] of together.entries()) {
        const own = found[index];
        if (own) answer.resolve(own);
        else answer.reject(new TypeError(`${found.length} predictions came of ${together.length} images.`));
      }
    } catch (error) {
      const [only] = together;
      if (together.length === 1) only?.answer.reject(error);
      // One of them may be what it is about: the others have no part in that.
      else for (const one of together.filter(({ signal }) => !signal.aborted)) await this.#answer([one]);
    }
  }
}
