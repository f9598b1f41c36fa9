import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Preprocessing } from '../../network/preprocessing.ts';
import type { DecodedJpeg } from './decode-jpeg.ts';
import type { JpegAnswer, JpegTask } from './jpeg-task.ts';

/** Each holds the largest image that it met meanwhile. */
const MOST_THREADS = Math.min(8, availableParallelism());
/** A thread that nobody has used for so long ends. */
const IDLE_MILLISECONDS = 60_000;
/** Threads that may end over a task before it is given up: the other decoder's pixels are not the same. */
const MOST_TRIES = 2;

/** A task and who waits for it. */
interface Waiting {
  readonly input: JpegTask['input'];
  readonly preprocessing: Preprocessing;
  readonly settle: (decoded: DecodedJpeg | null) => void;
  /** Threads that ended over it. */
  tries: number;
}

/**
 * A thread that decodes JPEGs. It is given all its tasks at once: they go on while the thread that wants them is busy with
 * something else.
 */
class JpegThread {
  readonly #worker: Worker;
  /** In the order in which the thread takes them. */
  readonly #waiting = new Map<number, Waiting>();
  readonly #onEnd: (thread: JpegThread, left: readonly Waiting[]) => void;
  #tasks = 0;
  #answered = false;
  #idle: NodeJS.Timeout | null = null;

  /** @param onEnd told, perhaps twice, when it is of no use any more, and what it leaves undone */
  constructor(script: URL, onEnd: (thread: JpegThread, left: readonly Waiting[]) => void) {
    this.#worker = new Worker(script);
    this.#onEnd = onEnd;
    this.#worker.on('message', ({ number, decoded }: JpegAnswer) => this.#settle(number, decoded));
    // An exit follows.
    this.#worker.on('error', () => undefined);
    this.#worker.on('exit', () => this.#leave());
    this.#worker.unref();
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  decode(task: Waiting): void {
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = null;
    this.#tasks += 1;
    this.#waiting.set(this.#tasks, task);
    this.#worker.ref();
    const { input, preprocessing } = task;
    this.#worker.postMessage({ number: this.#tasks, input, preprocessing } satisfies JpegTask);
  }

  #settle(number: number, decoded: DecodedJpeg | null): void {
    this.#answered = true;
    this.#waiting.get(number)?.settle(decoded);
    this.#waiting.delete(number);
    if (this.#waiting.size > 0) return;
    this.#worker.unref();
    this.#idle = setTimeout(() => this.#end(), IDLE_MILLISECONDS);
    this.#idle.unref();
  }

  #end(): void {
    this.#onEnd(this, []);
    void this.#worker.terminate();
  }

  #leave(): void {
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    // It ended over the first; where it did not get as far as that, each may be why.
    for (const task of this.#answered ? left.slice(0, 1) : left) task.tries += 1;
    this.#onEnd(this, left);
  }
}

/** Threads that decode JPEGs, as many as there is work for. */
export class JpegThreads {
  readonly #script: URL;
  readonly #threads = new Set<JpegThread>();

  /** @param script what each of them runs */
  constructor(script: URL) {
    this.#script = script;
  }

  /** The thread that has least to do; a new one where all have something and more are allowed. */
  #leastBusy(): JpegThread {
    let least: JpegThread | null = null;
    for (const thread of this.#threads) if (least === null || thread.waiting < least.waiting) least = thread;
    if (least !== null && (least.waiting === 0 || this.#threads.size >= MOST_THREADS)) return least;
    const thread = new JpegThread(this.#script, (ended, left) => {
      this.#threads.delete(ended);
      for (const task of left) {
        if (task.tries < MOST_TRIES) this.#leastBusy().decode(task);
        else task.settle(null);
      }
    });
    this.#threads.add(thread);
    return thread;
  }

  /**
   * As `decodeJpeg`, in a thread of its own; in another one where that ends over it.
   *
   * @param input the path of a file, whatever it is, or its content
   * @returns null for what is no ordinary JPEG, for what cannot be read, and where the second thread ends as well
   */
  decode(input: JpegTask['input'], preprocessing: Preprocessing): Promise<DecodedJpeg | null> {
    const { promise, resolve } = Promise.withResolvers<DecodedJpeg | null>();
    this.#leastBusy().decode({ input, preprocessing, settle: resolve, tries: 0 });
    return promise;
  }
}

/** This process's. */
export const jpegThreads = new JpegThreads(new URL('./jpeg-worker.ts', import.meta.url));
