import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeJpeg } from '../../../../src/engine/image/jpeg/decode-jpeg.ts';
import { JpegThreads, jpegThreads } from '../../../../src/engine/image/jpeg/jpeg-threads.ts';
import { scaleToUnitRange } from '../../../../src/engine/network/preprocessing.ts';
import { patternImage, writeFiles } from '../../../support/pattern-image.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();
const SIZE = scaleToUnitRange(24, 20);
const IMAGES = 30;
const file = (name: string): string => path.join(folder, name);

describe('threads that decode', () => {
  beforeAll(async () => {
    const images = Array.from({ length: IMAGES }, (_, index) => index);
    const jpegs = images.map((index): [string, Promise<Buffer>] => [
      `${index}.jpg`,
      patternImage(60 + index, 50, index)
        .jpeg()
        .toBuffer(),
    ]);
    // Larger than what a thread keeps ready to read into.
    const large = Buffer.concat([await patternImage(64, 48).jpeg().toBuffer(), Buffer.alloc(5 * 2 ** 20)]);
    await writeFiles(folder, {
      ...Object.fromEntries(jpegs),
      'a.png': patternImage(9, 9).png().toBuffer(),
      'large.jpg': large,
    });
    await writeFiles(folder, { 'empty.jpg': Buffer.alloc(0) });
    await mkdir(file('folder.jpg'));
  });

  it('give each of many its own pixels, by path and by content', async () => {
    const names = [...Array.from({ length: IMAGES }, (_, index) => `${index}.jpg`), 'large.jpg'];
    const [byPath, byContent] = await Promise.all([
      Promise.all(names.map((name) => jpegThreads.decode(file(name), SIZE))),
      Promise.all(names.map(async (name) => jpegThreads.decode(await readFile(file(name)), SIZE))),
    ]);
    for (const [index, name] of names.entries()) {
      const expected = decodeJpeg(await readFile(file(name)), SIZE);
      expect(expected).not.toBeNull();
      expect(byPath[index]).toEqual(expected);
      expect(byContent[index]).toEqual(expected);
    }
  });

  it.each(['none.jpg', 'folder.jpg', 'a.png', 'empty.jpg'])('leave %s to the other decoder', async (name) => {
    expect(await jpegThreads.decode(file(name), SIZE)).toBeNull();
  });

  it('that end over one image leave the others their pixels, and one that it happens to once its own', async () => {
    const threads = new JpegThreads(new URL('../../../support/ending-jpeg-worker.ts', import.meta.url));
    const content = await readFile(file('0.jpg'));
    // Enough for several to wait behind each.
    const names = Array.from({ length: 24 }, (_, index) => `${index}.jpg`);
    await writeFiles(folder, { 'deadly.jpg': content, 'deadly-once.jpg': content });
    names.splice(3, 0, 'deadly.jpg');
    names.splice(12, 0, 'deadly-once.jpg');
    const decoded = await Promise.all(names.map((name) => threads.decode(file(name), SIZE)));
    for (const [index, name] of names.entries()) {
      const expected = name === 'deadly.jpg' ? null : decodeJpeg(await readFile(file(name)), SIZE);
      expect(decoded[index], name).toEqual(expected);
    }
  });

  it('that cannot begin leave everything to the other decoder', async () => {
    const threads = new JpegThreads(new URL('none.ts', import.meta.url));
    const decoded = await Promise.all(['0.jpg', '1.jpg', '2.jpg'].map((name) => threads.decode(file(name), SIZE)));
    expect(decoded).toEqual([null, null, null]);
  });
});
