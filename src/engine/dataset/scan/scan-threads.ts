import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ScanAnswer, ScanBatch } from './scan-batch.ts';

/** Reading waits for the disk as much as for the processor. */
const MOST_THREADS = Math.min(4, Math.max(2, availableParallelism()));
/** A thread that nobody has used for so long ends. */
const IDLE_MILLISECONDS = 10_000;

/** A thread that examines files, for one user at a time. */
class ScanThread {
  readonly #worker = new Worker(new URL('./scan-worker.ts', import.meta.url));
  #failure: Error | null = null;

  constructor() {
    this.#worker.on('error', (error: Error) => (this.#failure = error));
    this.#worker.on('exit', () => (this.#failure ??= new Error('A thread that examines files has ended.')));
    this.#worker.unref();
  }

  get usable(): boolean {
    return this.#failure === null;
  }

  async examine(batch: ScanBatch): Promise<ScanAnswer> {
    if (this.#failure !== null) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<ScanAnswer>();
    const failed = (): void => reject(this.#failure);
    this.#worker.ref();
    this.#worker.once('message', resolve).once('exit', failed);
    try {
      this.#worker.postMessage(batch);
      return await promise;
    } finally {
      this.#worker.off('message', resolve).off('exit', failed);
      this.#worker.unref();
    }
  }

  end(): void {
    void this.#worker.terminate();
  }
}

const idle: { readonly thread: ScanThread; readonly end: NodeJS.Timeout }[] = [];

function take(): ScanThread {
  for (let next = idle.pop(); next !== undefined; next = idle.pop()) {
    clearTimeout(next.end);
    if (next.thread.usable) return next.thread;
  }
  return new ScanThread();
}

function giveBack(thread: ScanThread): void {
  const end = setTimeout(() => {
    const place = idle.findIndex((one) => one.thread === thread);
    if (place >= 0) idle.splice(place, 1);
    thread.end();
  }, IDLE_MILLISECONDS);
  end.unref();
  idle.push({ thread, end });
}

/** Ends what waits for a thread at once where the signal says so: the thread may wait for a disk that never answers. */
async function answerOf(thread: ScanThread, batch: ScanBatch, signal: AbortSignal | undefined): Promise<ScanAnswer> {
  signal?.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal?.reason as Error);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([thread.examine(batch), promise]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * Has batches examined by threads, several at a time, until there are no more.
 *
 * @param next the next batch, null after the last
 * @param onAnswer told of each batch once it was examined, in any order
 * @throws the signal's reason
 */
export async function scanInThreads<Batch extends ScanBatch>(
  next: () => Batch | null,
  onAnswer: (batch: Batch, answer: ScanAnswer) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  let failed = false;
  const follow = async (): Promise<void> => {
    let thread: ScanThread | null = null;
    try {
      for (let batch = failed ? null : next(); batch !== null; batch = failed ? null : next()) {
        thread ??= take();
        onAnswer(batch, await answerOf(thread, batch, signal));
      }
      if (thread !== null) giveBack(thread);
    } catch (error) {
      failed = true;
      thread?.end();
      throw error;
    }
  };
  await Promise.all(Array.from({ length: MOST_THREADS }, follow));
}
