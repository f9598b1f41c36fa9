/** As `jpeg-worker.ts`, but ends over files called `deadly.jpg`, and over one called `deadly-once.jpg` the first time. */
import { existsSync, writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { JpegTask } from '../../src/engine/image/jpeg/jpeg-task.ts';

parentPort?.on('message', ({ input }: JpegTask) => {
  if (typeof input !== 'string') return;
  if (input.endsWith('deadly.jpg')) process.exit(1);
  if (!input.endsWith('deadly-once.jpg') || existsSync(`${input}.met`)) return;
  writeFileSync(`${input}.met`, '');
  process.exit(1);
});
await import('../../src/engine/image/jpeg/jpeg-worker.ts');
