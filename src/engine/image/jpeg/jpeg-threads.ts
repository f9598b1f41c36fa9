import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Preprocessing } from '../../network/preprocessing.ts';
import type { DecodedJpeg } from './decode-jpeg.ts';
import type { JpegAnswer, JpegTask } from './jpeg-task.ts';

/** Each holds the largest image that it met meanwhile. */
const MOST_THREADS = Math.min(8, availableParallelism());
/** A thread that nobody has used for so long ends. */
const IDLE_MILLISECONDS = 60_000;

type Settle = (decoded: DecodedJpeg | null) => void;

/**
 * A thread that decodes JPEGs. It is given all its tasks at once: they go on while the thread that wants them is busy with
 * something else.
 */
class JpegThread {
  readonly #worker = new Worker(new URL('./jpeg-worker.ts', import.meta.url));
  readonly #waiting = new Map<number, Settle>();
  readonly #onEnd: (thread: JpegThread) => void;
  #tasks = 0;
  #idle: NodeJS.Timeout | null = null;

  /** @param onEnd told when it is of no use any more */
  constructor(onEnd: (thread: JpegThread) => void) {
    this.#onEnd = onEnd;
    this.#worker.on('message', ({ number, decoded }: JpegAnswer) => this.#settle(number, decoded));
    this.#worker.on('error', () => undefined);
    this.#worker.on('exit', () => {
      this.#onEnd(this);
      for (const number of [...this.#waiting.keys()]) this.#settle(number, null);
    });
    this.#worker.unref();
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  decode(input: JpegTask['input'], preprocessing: Preprocessing): Promise<DecodedJpeg | null> {
    const { promise, resolve } = Promise.withResolvers<DecodedJpeg | null>();
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = null;
    this.#tasks += 1;
    const task: JpegTask = { number: this.#tasks, input, preprocessing };
    this.#waiting.set(task.number, resolve);
    this.#worker.ref();
    this.#worker.postMessage(task);
    return promise;
  }

  #settle(number: number, decoded: DecodedJpeg | null): void {
    this.#waiting.get(number)?.(decoded);
    this.#waiting.delete(number);
    if (this.#waiting.size > 0) return;
    this.#worker.unref();
    this.#idle = setTimeout(() => this.#end(), IDLE_MILLISECONDS);
    this.#idle.unref();
  }

  #end(): void {
    this.#onEnd(this);
    void this.#worker.terminate();
  }
}

const threads = new Set<JpegThread>();

/** The thread that has least to do; a new one where all have something and more are allowed. */
function leastBusy(): JpegThread {
  let least: JpegThread | null = null;
  for (const thread of threads) if (least === null || thread.waiting < least.waiting) least = thread;
  if (least !== null && (least.waiting === 0 || threads.size >= MOST_THREADS)) return least;
  const thread = new JpegThread((ended) => threads.delete(ended));
  threads.add(thread);
  return thread;
}

/**
 * As `decodeJpeg`, in a thread of its own.
 *
 * @param input the path of a file, whatever it is, or its content
 * @returns null for what is no ordinary JPEG, and for what cannot be read
 */
export function decodeJpegInThread(
  input: JpegTask['input'],
  preprocessing: Preprocessing,
): Promise<DecodedJpeg | null> {
  return leastBusy().decode(input, preprocessing);
}
