import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

/** How a class looks: stripes of a period, so that colour tells nothing. */
const CLASSES = { broad: 12, fine: 3 } as const;

/**
 * Writes `train` and `val` folders of two classes of striped 40 x 40 images, seeded.
 *
 * @returns the folder
 */
export async function writeTinyDataset(
  root: string,
  counts: { readonly train: number; readonly val: number; readonly test?: number },
): Promise<string> {
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 4294967296;
  };
  for (const [split, count] of Object.entries(counts)) {
    for (const [name, period] of Object.entries(CLASSES)) {
      const folder = path.join(root, split, name);
      mkdirSync(folder, { recursive: true });
      for (let index = 0; index < count; index++) {
        const pixels = stripes(period, random);
        await sharp(pixels, { raw: { width: 40, height: 40, channels: 3 } })
          .png()
          .toFile(path.join(folder, `${String(index).padStart(3, '0')}.png`));
      }
    }
  }
  return root;
}

function stripes(period: number, random: () => number): Uint8Array {
  const angle = random() * Math.PI;
  const phase = random() * period;
  const colour = [random() * 255, random() * 255, random() * 255];
  const pixels = new Uint8Array(40 * 40 * 3);
  for (let y = 0; y < 40; y++) {
    for (let x = 0; x < 40; x++) {
      const along = x * Math.cos(angle) + y * Math.sin(angle) + phase;
      const light = (Math.sin((2 * Math.PI * along) / period) + 1) / 2;
      colour.forEach((value, channel) => {
        pixels[(y * 40 + x) * 3 + channel] = Math.round(value * light + random() * 20);
      });
    }
  }
  return pixels;
}
