import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { encodeJpeg, render } from './canvas/render.ts';
import { TASKS, type TaskName } from './tasks.ts';

const { taskName, root } = z
  .object({ taskName: z.enum(Object.keys(TASKS) as [TaskName, ...TaskName[]]), root: z.string() })
  .parse(workerData);

/** Draws all pictures of the class with this index; answers with it when they are written. */
async function drawClass(index: number): Promise<void> {
  const { drawers, setting, seed, size, quality, counts } = TASKS[taskName];
  const drawer = drawers[index];
  if (!drawer) throw new RangeError(`A class has an index below ${drawers.length}; received ${index}.`);
  for (const split of ['train', 'val'] as const) {
    const folder = path.join(root, split, drawer.name);
    await mkdir(folder, { recursive: true });
    for (let picture = 0; picture < counts[split]; picture++) {
      const pixels = await render(drawer, `${seed}/${split}/${picture}`, size, setting);
      const name = `${String(picture).padStart(3, '0')}.jpg`;
      await writeFile(path.join(folder, name), await encodeJpeg(pixels, size, quality));
    }
  }
  parentPort?.postMessage(index);
}

parentPort?.on('message', (index: number) => void drawClass(index));
