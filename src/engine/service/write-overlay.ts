import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { HeatMap } from '../../shared/contract/explain.ts';
import { explainDiskError } from '../../shared/errors/thaw-error.ts';
import { heatOverlay } from '../image/heat-overlay.ts';

/** Neither the image nor the map hides the other. */
const OPACITY = 0.5;
/** In pixels: as much as a screen shows. */
const LONGEST_SIDE = 2048;
/** Bytes of a part of a name: file systems take 255 in all. */
const LONGEST_PART = 80;

const characters = new Intl.Segmenter();

/** A text as a part of a file's name on any system. */
function namePart(text: string): string {
  const safe = text
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, '_')
    .replaceAll(/^[._]+|[._]+$/g, '');
  let part = '';
  for (const { segment } of characters.segment(safe)) {
    if (Buffer.byteLength(part + segment) > LONGEST_PART) break;
    part += segment;
  }
  return part === '' ? 'image' : part;
}

/**
 * The name of a picture: of its image, the class and the method, and another number where there is one of that name already.
 *
 * @param taken names so far, in lower case, to which this one is added: not every file system tells the cases apart
 */
export function overlayName(image: string, ofClass: string, method: string, taken: Set<string>): string {
  const stem = `${namePart(path.parse(image).name)}-${namePart(ofClass)}-${method}`;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stem}.png` : `${stem}-${number}.png`;
    if (taken.has(name.toLowerCase())) continue;
    taken.add(name.toLowerCase());
    return name;
  }
}

/**
 * Writes an image with a heat-map over it as a PNG, aside and renamed; one that is there is replaced.
 *
 * @param file the image
 * @throws ThawError `image.unreadable`, `disk.full`, `disk.readOnly`
 */
export async function writeOverlay(file: string, map: HeatMap, output: string): Promise<void> {
  const png = await heatOverlay(file, map, { opacity: OPACITY, longest: LONGEST_SIDE });
  const aside = `${output}.${process.pid}.part`;
  try {
    await mkdir(path.dirname(output), { recursive: true });
    await writeFile(aside, png);
    await rename(aside, output);
  } catch (error) {
    await rm(aside, { force: true });
    throw explainDiskError(error, 'write the picture');
  }
}
