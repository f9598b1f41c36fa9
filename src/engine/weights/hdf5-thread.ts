import { MessageChannel, Worker } from 'node:worker_threads';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { DAMAGED_HINT, unreadable } from './files.ts';
import type { Hdf5Answer, Hdf5Job, Hdf5Place, Hdf5Request, Hdf5Results, Hdf5Task } from './hdf5-task.ts';
import { firstAnswer, NoAnswer, Questions } from './thread-answers.ts';

/** What the library, whose addresses have 32 bits, is known to read. */
const LARGEST_FILE_BYTES = 2 ** 31 - 1;
/** A healthy file of this size is walked in a hundredth of it; the rest is for machines that are slow, or busy. */
const SLOWEST_BYTES_PER_MILLISECOND = 10_000;
const SHORTEST_LIMIT_MILLISECONDS = 10_000;
/** Names, attributes and what the library itself keeps. */
const MOST_HEAP_MEGABYTES = 512;

/** An HDF5 file that a thread of its own reads. */
export interface Hdf5Thread<Result> {
  readonly result: Result;
  /**
   * The bytes of a dataset, of which the caller knows how many it has, as its own type stores them. It waits for them.
   *
   * @throws ThawError `weights.unreadable`
   */
  readonly read: (dataset: string, bytes: number) => Uint8Array<ArrayBuffer>;
  /** Ends the thread, and with it all memory that reading took. */
  readonly close: () => void;
}

function failure(path: string, reason: string): ThawError {
  return unreadable(path, `An .h5 file is complete HDF5; reading it ended with: ${reason}.`, DAMAGED_HINT);
}

function unanswered(path: string, error: unknown): unknown {
  return error instanceof NoAnswer ? failure(path, error.message) : error;
}

function resultOf<Result>(path: string, answer: Hdf5Answer<Result>): Result {
  if (answer.kind === 'done') return answer.result;
  throw answer.kind === 'refused' ? ThawError.from(answer.error) : failure(path, answer.reason);
}

/**
 * Opens an HDF5 file, or a part of another file that is one, and asks it for something. A thread reads it, for the library
 * gives no memory back and damaged structures can lead it in circles: time and memory are bounded, and end with the thread.
 *
 * @throws ThawError `weights.unreadable` for a file that is damaged, or that asks for more time or memory than it could need
 */
export async function openHdf5<Task extends Hdf5Task>(
  place: Hdf5Place,
  task: Task,
): Promise<Hdf5Thread<Hdf5Results[Task['kind']]>> {
  const { path, bytes: fileBytes, content } = place;
  if (fileBytes > LARGEST_FILE_BYTES) {
    throw unreadable(
      path,
      `An .h5 file is read up to ${LARGEST_FILE_BYTES} bytes; this one has ${fileBytes}.`,
      'Save the weights without the optimizer, or as safetensors.',
    );
  }
  const limit = Math.ceil(SHORTEST_LIMIT_MILLISECONDS + fileBytes / SLOWEST_BYTES_PER_MILLISECOND);
  const sent = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const { port1: port, port2 } = new MessageChannel();
  const worker = new Worker(new URL('./hdf5-worker.ts', import.meta.url), {
    workerData: { place, task, port: port2, sent } satisfies Hdf5Job,
    transferList: content ? [port2, content.buffer] : [port2],
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MEGABYTES },
    // Nobody reads what the library has to say there.
    stdout: true,
    stderr: true,
  });
  let isOpen = true;
  const close = (): void => {
    isOpen = false;
    port.close();
    void worker.terminate();
  };
  const questions = new Questions<Hdf5Request, Hdf5Answer<Uint8Array<ArrayBuffer>>>(worker, port, sent, limit);
  const read = (dataset: string, bytes: number): Uint8Array<ArrayBuffer> => {
    if (!isOpen) throw failure(path, 'the reader is closed');
    let answer: Hdf5Answer<Uint8Array<ArrayBuffer>>;
    try {
      answer = questions.ask({ dataset, bytes });
    } catch (error) {
      close();
      throw unanswered(path, error);
    }
    return resultOf(path, answer);
  };
  try {
    const result = resultOf(path, await firstAnswer<Hdf5Answer<Hdf5Results[Task['kind']]>>(worker, limit));
    // A file that somebody forgot to close keeps no process.
    worker.unref();
    port.unref();
    return { result, read, close };
  } catch (error) {
    close();
    throw unanswered(path, error);
  }
}
