import { rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { TASKS, type TaskName } from './tasks.ts';

/** Gives a worker one class after the other until none is left. */
function drawWith(worker: Worker, classes: Iterator<number, undefined>, onClass: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const step = classes.next();
      if (step.done === true) {
        void worker.terminate().then(() => resolve(), reject);
      } else {
        worker.postMessage(step.value);
      }
    };
    worker.on('error', reject);
    worker.on('message', () => {
      onClass();
      next();
    });
    next();
  });
}

/**
 * Draws a task's dataset, a process' cores at once, aside, and puts it in the place of what stood at `root`: folders
 * train/ and val/ of class folders with 000.jpg, 001.jpg, ...
 *
 * @param onProgress told after every class
 */
export async function writeDataset(
  taskName: TaskName,
  root: string,
  onProgress: (drawn: number, classes: number) => void,
): Promise<void> {
  const { drawers } = TASKS[taskName];
  const aside = `${root}.part`;
  await rm(aside, { recursive: true, force: true });
  const classes = drawers.keys();
  let drawn = 0;
  const workers = Array.from(
    { length: Math.min(availableParallelism(), drawers.length) },
    () => new Worker(new URL('./draw-worker.ts', import.meta.url), { workerData: { taskName, root: aside } }),
  );
  await Promise.all(workers.map((worker) => drawWith(worker, classes, () => onProgress(++drawn, drawers.length))));
  await rm(root, { recursive: true, force: true });
  await rename(aside, root);
}
