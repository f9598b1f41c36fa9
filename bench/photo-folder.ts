import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

const KINDS = 100;

export interface PhotoFolder {
  readonly images: number;
  readonly classes: number;
}

/** Folders `class 0`, `class 1`, ... of small JPEGs that differ in colour, and in what follows the end of the image. */
export async function writePhotoFolder(folder: string, { images, classes }: PhotoFolder): Promise<void> {
  const kinds = await Promise.all(
    Array.from({ length: KINDS }, (_, kind) =>
      sharp({ create: { width: 160, height: 120, channels: 3, background: { r: kind * 2, g: 255 - kind, b: 90 } } })
        .jpeg()
        .toBuffer(),
    ),
  );
  const places = Array.from({ length: classes }, (_, number) => path.join(folder, `class ${number}`));
  for (const place of places) mkdirSync(place, { recursive: true });
  for (let index = 0; index < images; index += 1) {
    const content = Buffer.concat([kinds[index % KINDS] ?? Buffer.alloc(0), Buffer.from(String(index))]);
    writeFileSync(path.join(places[index % classes] ?? folder, `${index}.jpg`), content);
  }
}
