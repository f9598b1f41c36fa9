import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { Sharp } from 'sharp';

const wave = (position: number, period: number): number =>
  Math.floor((Math.abs((position % (2 * period)) - period) * 239) / period);

const noise = (x: number, y: number, channel: number): number =>
  Math.imul(x * 73 + y * 151 + channel * 37, 2654435761) >>> 28;

/**
 * Slanted waves of a few tens of pixels under a little noise, in whole-number arithmetic that
 * `scripts/fixtures/pillow_resize.py` repeats.
 *
 * @param seed moves the pattern, for images that differ
 * @returns [height, width, 3] uint8
 */
export function patternPixels(width: number, height: number, seed = 0): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  let position = 0;
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const [x, y] = [column + seed * 5, row + seed * 3];
      for (let channel = 0; channel < 3; channel += 1) {
        const waves = wave(x * (channel + 1) + y, 29 + 7 * channel) * 3 + wave(2 * y + x, 41 - 4 * channel) * 2;
        pixels[position] = Math.floor(waves / 5) + noise(x, y, channel);
        position += 1;
      }
    }
  }
  return pixels;
}

export function patternImage(width: number, height: number, seed = 0): Sharp {
  return sharp(patternPixels(width, height, seed), { raw: { width, height, channels: 3 } });
}

/** Writes files given by relative path, folders included. @returns the root */
export async function writeFiles(
  root: string,
  files: Readonly<Record<string, string | Uint8Array | Promise<Uint8Array>>>,
): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, await content);
  }
  return root;
}

/** A small PNG that differs for each seed. */
export async function smallPng(seed: number): Promise<Uint8Array> {
  return patternImage(16, 12, seed).png().toBuffer();
}
