import { Worker } from 'node:worker_threads';
import type { FileResults, FileWork } from './file-work.ts';

/** What the thread answers, once. */
export type FileAnswer =
  | { readonly result: FileResults[FileWork['kind']] }
  | { readonly problem: { readonly message: string; readonly code: string } };

/** Has a thread of its own go through all of a database. @throws SQLite's or the file system's error, with its code */
export function inFileThread<Work extends FileWork>(work: Work): Promise<FileResults[Work['kind']]> {
  const worker = new Worker(new URL('./file-worker.ts', import.meta.url), { workerData: work });
  return new Promise((resolve, reject) => {
    worker.once('message', (answer: FileAnswer) => {
      if ('result' in answer) resolve(answer.result as FileResults[Work['kind']]);
      else reject(Object.assign(new Error(answer.problem.message), { code: answer.problem.code }));
    });
    worker.once('error', reject);
    // After an answer this changes nothing.
    worker.once('exit', (code) => reject(new Error(`The thread of the database ended with code ${code}.`)));
  });
}
