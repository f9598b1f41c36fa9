import { ThawError, type SerializedError } from '../../shared/errors/thaw-error.ts';
import { detach, endingOf, forkEntry, type ForkedEntry } from './fork-entry.ts';

/** A person who moves a slider asks again within seconds; loading TensorFlow takes about two. */
const WARM_MILLISECONDS = 60_000;

type Message<Answer> =
  { readonly kind: 'answered'; readonly answer: Answer } | { readonly kind: 'failed'; readonly error: SerializedError };

interface Asked<Answer> extends PromiseWithResolvers<Answer> {
  readonly job: object;
  readonly signal: AbortSignal | undefined;
}

/**
 * A process that answers one job after the other, begun when it is first asked and kept while it is: TensorFlow never runs
 * where the log lives. What is no longer wanted is not begun; what was begun ends, and its answer is thrown away.
 */
export class KeptProcess<Answer> {
  readonly #entry: string;
  readonly #doing: string;
  readonly #waiting: Asked<Answer>[] = [];
  #forked: ForkedEntry | null = null;
  #current: Asked<Answer> | null = null;
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param entry the process' entry file
   * @param doing what fails when the process ends without an answer, to begin the message: `Previewing an augmentation`
   */
  constructor(entry: string, doing: string) {
    this.#entry = entry;
    this.#doing = doing;
  }

  /**
   * @param signal ends the wait with its reason
   * @throws ThawError what the process answered, or `training.process` where it ended without an answer
   */
  async ask(job: object, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    const asked: Asked<Answer> = { ...Promise.withResolvers<Answer>(), job, signal };
    const end = (): void => asked.reject(signal?.reason);
    signal?.addEventListener('abort', end, { once: true });
    this.#waiting.push(asked);
    this.#next();
    return asked.promise.finally(() => signal?.removeEventListener('abort', end));
  }

  /** Gives its memory back where it only waits. */
  retire(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#current !== null || !this.#forked) return;
    if (this.#forked.child.connected) this.#forked.child.disconnect();
    detach(this.#forked);
    this.#forked = null;
  }

  /** Ends it, at work or not. */
  close(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended('its engine'));
    if (this.#current === null) this.retire();
    else this.#forked?.child.kill('SIGKILL');
  }

  #next(): void {
    if (this.#current !== null) return;
    let next = this.#waiting.shift();
    while (next?.signal?.aborted === true) next = this.#waiting.shift();
    if (next === undefined) {
      if (this.#forked) this.#timer ??= setTimeout(() => this.retire(), WARM_MILLISECONDS).unref();
      return;
    }
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#current = next;
    this.#forked ??= this.#fork();
    this.#forked.child.send(next.job, () => undefined);
  }

  #fork(): ForkedEntry {
    const forked = forkEntry(this.#entry);
    const { child, tail } = forked;
    child.on('message', (received) => {
      const message = received as Message<Answer>;
      const current = this.#take(forked);
      if (message.kind === 'answered') current?.resolve(message.answer);
      else current?.reject(ThawError.from(message.error));
      this.#next();
    });
    const gone = (cause: unknown): void => {
      const current = this.#take(forked);
      if (this.#forked === forked) this.#forked = null;
      current?.reject(cause);
      this.#next();
    };
    child.on('error', gone);
    child.on('close', (code, signal) => gone(this.#ended(endingOf(code, signal), tail())));
    return forked;
  }

  /** What the process was at work on; null for one that is not kept any more. */
  #take(forked: ForkedEntry): Asked<Answer> | null {
    if (this.#forked !== forked) return null;
    const current = this.#current;
    this.#current = null;
    return current;
  }

  #ended(by: string, cause?: string): ThawError {
    return new ThawError(
      'training.process',
      `${this.#doing} ends with an answer; the process ended with ${by}.`,
      '`thaw doctor` looks for a cause.',
      { cause },
    );
  }
}
