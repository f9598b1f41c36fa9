import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

/** Classes whose names are written in other ways than Latin, with the endings of their files' names. */
export const NAMED_CLASSES = {
  狐狸: (place: number) => `图片 ${place}.png`,
  بومة: (place: number) => `صورة ${place}.png`,
  '🦉 in the wood': (place: number) => `${'a name that goes on '.repeat(6)}🦉 ${place}.png`,
} as const;

/** In the class 狐狸, and why it cannot be used. */
export const UNUSABLE = { name: 'text.jpg', reason: 'the file is no image' } as const;

/**
 * Writes class folders with so many images each, 48 pixels wide and 32 high, every one of another colour, and one file
 * that is no image.
 *
 * @returns the folder
 */
export async function writeNamedDataset(root: string, perClass: number): Promise<string> {
  for (const [classIndex, [name, fileName]] of Object.entries(NAMED_CLASSES).entries()) {
    const folder = path.join(root, name);
    mkdirSync(folder, { recursive: true });
    for (let place = 0; place < perClass; place += 1) {
      const background = { r: classIndex * 100, g: (place * 37) % 256, b: (place * 91) % 256 };
      await sharp({ create: { width: 48, height: 32, channels: 3, background } })
        .png()
        .toFile(path.join(folder, fileName(place)));
    }
  }
  writeFileSync(path.join(root, '狐狸', UNUSABLE.name), 'not an image');
  return root;
}
