import { parentPort, workerData } from 'node:worker_threads';
import { workThrough, type FileWork } from './file-work.ts';
import type { FileAnswer } from './file-thread.ts';

function answerTo(work: FileWork): FileAnswer {
  try {
    return { result: workThrough(work) };
  } catch (error) {
    // An error's class does not come through, and of SQLite's the code says what to do.
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
    return { problem: { message: error instanceof Error ? error.message : String(error), code } };
  }
}

/** The thread that goes through a whole database, which would keep others waiting where it is large. */
parentPort?.postMessage(answerTo(workerData as FileWork));
