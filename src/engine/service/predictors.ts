import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { FilePrediction, PredictJob, PredictorMessage } from '../training/protocol.ts';
import { detach, endingOf, forkEntry, type ForkedEntry } from './fork-entry.ts';

/** A window predicts often: loading TensorFlow and the weights takes seconds, an image milliseconds. */
const WARM_MILLISECONDS = 60_000;

type Waiting = PromiseWithResolvers<readonly FilePrediction[]>;

/** One predictor process: answers its jobs in their order, and ends when it is told to or has waited for too long. */
class Predictor {
  readonly #forked: ForkedEntry;
  readonly #waiting: Waiting[] = [];
  readonly #isKept: boolean;
  #retired = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(entry: string, isKept: boolean, onGone: (predictor: Predictor) => void) {
    this.#isKept = isKept;
    this.#forked = forkEntry(entry);
    const { child, tail } = this.#forked;
    child.on('message', (received) => this.#receive(received as PredictorMessage));
    child.on('error', (error) => this.#fail(error));
    child.on('close', (code, signal) => {
      onGone(this);
      this.#fail(
        new ThawError(
          'training.process',
          `Predicting ends with predictions; its process ended with ${endingOf(code, signal)}.`,
          '`thaw doctor` looks for a cause.',
          { cause: tail() },
        ),
      );
    });
  }

  get retired(): boolean {
    return this.#retired;
  }

  async ask(job: PredictJob): Promise<readonly FilePrediction[]> {
    if (this.#timer) clearTimeout(this.#timer);
    const waiting: Waiting = Promise.withResolvers();
    this.#waiting.push(waiting);
    this.#forked.child.send(job, () => undefined);
    return waiting.promise;
  }

  /** Lets it end once it has answered what it was asked. */
  retire(): void {
    this.#retired = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#waiting.length > 0 || !this.#forked.child.connected) return;
    this.#forked.child.disconnect();
    detach(this.#forked);
  }

  kill(): void {
    this.#retired = true;
    if (this.#waiting.length > 0) this.#forked.child.kill('SIGKILL');
    else this.retire();
  }

  #receive(message: PredictorMessage): void {
    const waiting = this.#waiting.shift();
    switch (message.kind) {
      case 'predictions':
        waiting?.resolve(message.predictions);
        break;
      case 'failed':
        waiting?.reject(ThawError.from(message.error));
        // Its model may not be what it should: the next to ask begins anew.
        this.#retired = true;
        break;
    }
    if (this.#retired) this.retire();
    else if (this.#waiting.length === 0 && !this.#isKept) {
      this.#timer = setTimeout(() => this.retire(), WARM_MILLISECONDS);
      this.#timer.unref();
    }
  }

  #fail(error: Error): void {
    this.#retired = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}

/** Keeps the predictor of the run that was predicted with last. */
export class Predictors {
  readonly #entry: string;
  readonly #isKept: boolean;
  #warm: { readonly model: string; readonly predictor: Predictor } | null = null;
  readonly #all = new Set<Predictor>();

  /**
   * @param entry the predictor's entry file
   * @param isKept whether it stays however long nobody asks
   */
  constructor(entry: string, isKept = false) {
    this.#entry = entry;
    this.#isKept = isKept;
  }

  /**
   * @param model what is predicted with: the same for the same checkpoint only
   * @throws ThawError what the predictor met, or `training.process` where it died
   */
  async ask(model: string, job: PredictJob): Promise<readonly FilePrediction[]> {
    if (this.#warm?.model !== model || this.#warm.predictor.retired) {
      this.retire();
      const predictor = new Predictor(this.#entry, this.#isKept, (gone) => this.#all.delete(gone));
      this.#all.add(predictor);
      this.#warm = { model, predictor };
    }
    return this.#warm.predictor.ask(job);
  }

  /** Gives the memory of a predictor back that only waits; one at work goes when it is done. */
  retire(): void {
    this.#warm?.predictor.retire();
    this.#warm = null;
  }

  /** Ends all, at work or not. */
  close(): void {
    for (const predictor of this.#all) predictor.kill();
    this.#all.clear();
    this.#warm = null;
  }
}
