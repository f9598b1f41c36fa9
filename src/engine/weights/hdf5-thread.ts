import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { DAMAGED_HINT, unreadable } from './files.ts';
import type { Hdf5Answer, Hdf5Job, Hdf5Place, Hdf5Request, Hdf5Results, Hdf5Task } from './hdf5-task.ts';

/** What the library, whose addresses have 32 bits, is known to read. */
const LARGEST_FILE_BYTES = 2 ** 31 - 1;
/** A healthy file of this size is walked in a hundredth of it. */
const SLOWEST_BYTES_PER_MILLISECOND = 20_000;
const SHORTEST_LIMIT_MILLISECONDS = 3000;
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

function resultOf<Result>(path: string, answer: Hdf5Answer<Result>): Result {
  if (answer.kind === 'done') return answer.result;
  throw answer.kind === 'refused' ? ThawError.from(answer.error) : failure(path, answer.reason);
}

/** What the thread says first, once it has looked at the file. */
function firstAnswer<Result>(worker: Worker, milliseconds: number): Promise<Hdf5Answer<Result>> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (answer: Hdf5Answer<Result>): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    worker.on('message', (message: 'ready' | Hdf5Answer<Result>) => {
      if (message !== 'ready') {
        end(message);
        return;
      }
      timer = setTimeout(
        () => end({ kind: 'failed', reason: `it was not over after ${milliseconds} ms` }),
        milliseconds,
      );
    });
    worker.once('error', (error) => end({ kind: 'failed', reason: error.message }));
    worker.once('exit', () => end({ kind: 'failed', reason: 'its thread ended' }));
  });
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
  const read = (dataset: string, bytes: number): Uint8Array<ArrayBuffer> => {
    if (!isOpen) throw failure(path, 'the reader is closed');
    const before = Atomics.load(sent, 0);
    port.postMessage({ dataset, bytes } satisfies Hdf5Request);
    Atomics.wait(sent, 0, before, limit);
    const received = receiveMessageOnPort(port) as
      { readonly message: Hdf5Answer<Uint8Array<ArrayBuffer>> } | undefined;
    if (received) return resultOf(path, received.message);
    close();
    throw failure(path, `it was not over after ${limit} ms`);
  };
  try {
    const result = resultOf(path, await firstAnswer<Hdf5Results[Task['kind']]>(worker, limit));
    // A file that somebody forgot to close keeps no process.
    worker.unref();
    port.unref();
    return { result, read, close };
  } catch (error) {
    close();
    throw error;
  }
}
