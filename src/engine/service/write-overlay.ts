import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { HeatMap } from '../../shared/contract/explain.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { heatOverlay, MAP_OPACITY } from '../image/heat-overlay.ts';

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
 * @throws ThawError `image.unreadable`, `usage.invalid` for a folder that is none, `disk.full`, `disk.readOnly`
 */
export async function writeOverlay(file: string, map: HeatMap, output: string): Promise<void> {
  const png = await heatOverlay(file, map, { opacity: MAP_OPACITY, longest: LONGEST_SIDE });
  const aside = `${output}.${process.pid}.part`;
  try {
    await mkdir(path.dirname(output), { recursive: true });
    await writeFile(aside, png);
    await rename(aside, output);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    if (error instanceof Error && 'code' in error && (error.code === 'EEXIST' || error.code === 'ENOTDIR')) {
      throw new ThawError(
        'usage.invalid',
        `Pictures are written into a folder; '${path.dirname(output)}' is a file or lies below one.`,
        'Name another folder with --out.',
        { cause: error },
      );
    }
    const explained = explainDiskError(error, 'write the picture');
    if (!(explained instanceof ThawError)) throw explained;
    // No setting of Thaw's moves what --out names.
    const hint =
      explained.code === 'disk.full'
        ? 'Free some space there, or name a folder on another disk with --out.'
        : 'Give yourself write permission there, or name another folder with --out.';
    throw new ThawError(explained.code, explained.message, hint, { cause: error });
  }
}
