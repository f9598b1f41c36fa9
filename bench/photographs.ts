import { appendFileSync, copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';

const COPIES = 2;

/**
 * Copies the photographs of a dataset into class folders, each several times: as files that differ in what follows the end
 * of the image.
 *
 * @returns how many there are then
 */
export function copyPhotographs(dataset: string, folder: string): number {
  let images = 0;
  for (const entry of readdirSync(dataset, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.jpg')) continue;
    const place = path.join(folder, path.basename(entry.parentPath));
    mkdirSync(place, { recursive: true });
    for (let copy = 0; copy < COPIES; copy += 1) {
      const file = path.join(place, `${images}.jpg`);
      copyFileSync(path.join(entry.parentPath, entry.name), file);
      appendFileSync(file, String(images));
      images += 1;
    }
  }
  return images;
}
