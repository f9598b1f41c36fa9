import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { thumbnailCacheFolder } from '../../../src/engine/image/thumbnail-cache.ts';
import { expectError } from '../../support/expect-error.ts';
import { patternImage, smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const cache = path.join(root, 'cache');
const service = createService({ home: path.join(root, 'home'), cache });
afterAll(() => service.close());
const { transport } = service;
let made = 0;

/** A dataset of two classes; the images under test come first in the class `a`. */
async function openWith(files: Record<string, Promise<Uint8Array>>) {
  const folder = await writeFiles(path.join(root, `photos-${(made += 1)}`), {
    ...files,
    'a/z.png': smallPng(made * 10),
    'b/1.png': smallPng(made * 10 + 1),
    'b/2.png': smallPng(made * 10 + 2),
  });
  const view = await transport.invoke('dataset.open', { dataset: { kind: 'folder', path: folder } });
  const { images } = await transport.invoke('dataset.images', { datasetId: view.datasetId, offset: 0, limit: 100 });
  return { folder, id: (name: string) => images.find((image) => image.path === name)?.imageId ?? '' };
}

const bytes = (imageId: string, size: number) => transport.invoke('image.bytes', { imageId, size });

function keptThumbnails(): string[] {
  const folder = thumbnailCacheFolder(cache);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

const pattern = (width: number, height: number) => patternImage(width, height, 3);

describe('a picture of an image', () => {
  it.each([
    ['a wide one', () => pattern(300, 200).jpeg().toBuffer(), 300, 200, 96, 64],
    ['a tall one', () => pattern(100, 400).png().toBuffer(), 100, 400, 24, 96],
    ['a small one', () => pattern(40, 30).png().toBuffer(), 40, 30, 40, 30],
    [
      'one that lies on its side',
      () => pattern(300, 200).jpeg().withMetadata({ orientation: 6 }).toBuffer(),
      200,
      300,
      64,
      96,
    ],
    ['one in 16 bits', () => pattern(60, 60).toColourspace('rgb16').png().toBuffer(), 60, 60, 60, 60],
    ['one in CMYK', () => pattern(60, 60).toColourspace('cmyk').jpeg().toBuffer(), 60, 60, 60, 60],
    ['a WebP', () => pattern(128, 96).webp().toBuffer(), 128, 96, 96, 72],
  ])('fits into the size and is upright: %s', async (_name, file, width, height, shownWidth, shownHeight) => {
    const { id } = await openWith({ 'a/1.png': file() });
    const fresh = await bytes(id('a/1.png'), 96);
    const kept = await bytes(id('a/1.png'), 96);
    for (const picture of [fresh, kept]) {
      expect([picture.width, picture.height]).toEqual([width, height]);
      const shown = await sharp(picture.bytes).metadata();
      expect([shown.format, shown.width, shown.height]).toEqual(['jpeg', shownWidth, shownHeight]);
      expect(shown.orientation ?? 1).toBe(1);
    }
    expect(picture(kept)).toEqual(picture(fresh));
  });

  it('shows what is transparent as white, as networks see it', async () => {
    const clear = sharp({
      create: { width: 50, height: 50, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    });
    const { id } = await openWith({ 'a/1.png': clear.png().toBuffer() });
    const { dominant } = await sharp((await bytes(id('a/1.png'), 64)).bytes).stats();
    expect(Math.min(dominant.r, dominant.g, dominant.b)).toBeGreaterThan(240);
  });

  it('is kept by content and size: a copy needs no second one, a large one is not kept', async () => {
    const image = pattern(700, 600).jpeg().toBuffer();
    const { id } = await openWith({ 'a/1.jpg': image, 'a/2.jpg': image });
    const before = keptThumbnails().length;
    await bytes(id('a/1.jpg'), 160);
    await bytes(id('a/2.jpg'), 160);
    await bytes(id('a/1.jpg'), 320);
    await bytes(id('a/1.jpg'), 1024);
    expect(keptThumbnails().length).toBe(before + 2);
    expect(keptThumbnails().every((name) => /^[0-9a-f]{64}-\d+$/.test(name))).toBe(true);
  });

  it('is never kept under another content than its own, though the file was changed since', async () => {
    const { folder, id } = await openWith({ 'a/1.png': pattern(80, 80).png().toBuffer() });
    writeFileSync(path.join(folder, 'a/1.png'), await pattern(90, 45).png().toBuffer());
    expect(await bytes(id('a/1.png'), 64)).toMatchObject({ width: 90, height: 45 });
    writeFileSync(path.join(folder, 'a/1.png'), await pattern(80, 80).png().toBuffer());
    expect(await bytes(id('a/1.png'), 64)).toMatchObject({ width: 80, height: 80 });
  });

  it('counts as a cache, and is made again after that was cleared', async () => {
    const { id } = await openWith({ 'a/1.png': pattern(80, 80).png().toBuffer() });
    await bytes(id('a/1.png'), 64);
    const size = async (): Promise<number> =>
      (await transport.invoke('cache.show', {})).find(({ name }) => name === 'thumbnails')?.bytes ?? -1;
    expect(await size()).toBeGreaterThan(0);
    await transport.invoke('cache.clear', {});
    expect(await size()).toBe(0);
    expect(await bytes(id('a/1.png'), 64)).toMatchObject({ width: 80, height: 80 });
    expect(await size()).toBeGreaterThan(0);
  });

  it('comes through many requests at once, each its own', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `a/${index}.png`);
    const { id } = await openWith(
      Object.fromEntries(
        names.map((name, index) => [
          name,
          pattern(20 + index, 30)
            .png()
            .toBuffer(),
        ]),
      ),
    );
    const pictures = await Promise.all([...names, ...names].map((name) => bytes(id(name), 64)));
    expect(pictures.map(({ width }) => width)).toEqual([...names, ...names].map((name) => 20 + names.indexOf(name)));
  });

  it('is refused with the reason where the image cannot be decoded', async () => {
    const { folder, id } = await openWith({ 'a/1.png': pattern(200, 200).png().toBuffer() });
    truncateSync(path.join(folder, 'a/1.png'), 3000);
    await expectError(() => bytes(id('a/1.png'), 64), 'image.unreadable', 'a/1.png', 'the file is');
    writeFileSync(path.join(folder, 'a/1.png'), '');
    await expectError(() => bytes(id('a/1.png'), 64), 'image.unreadable', 'empty');
    rmSync(path.join(folder, 'a/1.png'));
    await expectError(() => bytes(id('a/1.png'), 64), 'image.unreadable', 'gone');
  });

  it('of more pixels than are decoded is refused before they are', async () => {
    const { folder, id } = await openWith({ 'a/1.png': pattern(83, 83).png().toBuffer() });
    const png = await pattern(8, 8).png().toBuffer();
    // Width and height of the header, and its checksum.
    png.writeUInt32BE(100_000, 16);
    png.writeUInt32BE(100_000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    writeFileSync(path.join(folder, 'a/1.png'), png);
    await expectError(() => bytes(id('a/1.png'), 64), 'image.unreadable', 'million pixels');
  });

  it('is of a file in a folder that is named as an IDX file is, and never of one outside', async () => {
    const { folder, id } = await openWith({ 'a/x-idx3/00012': pattern(81, 61).png().toBuffer() });
    expect(await bytes(id('a/x-idx3/00012'), 64)).toMatchObject({ width: 81, height: 61 });
    const secret = path.join(root, 'secret.png');
    writeFileSync(secret, await pattern(33, 33).png().toBuffer());
    rmSync(path.join(folder, 'a/x-idx3/00012'));
    symlinkSync(secret, path.join(folder, 'a/x-idx3/00012'));
    await expectError(() => bytes(id('a/x-idx3/00012'), 96), 'file.notGranted', 'leads out');
  });

  it('is never of a file outside: a link put in its place is not followed', async () => {
    const { folder, id } = await openWith({ 'a/1.png': pattern(81, 81).png().toBuffer() });
    const secret = path.join(root, 'secret.png');
    writeFileSync(secret, await pattern(33, 33).png().toBuffer());
    rmSync(path.join(folder, 'a/1.png'));
    symlinkSync(secret, path.join(folder, 'a/1.png'));
    await expectError(() => bytes(id('a/1.png'), 64), 'file.notGranted', 'leads out');
    rmSync(path.join(folder, 'a'), { recursive: true });
    mkdirSync(path.join(root, `away-${made}`));
    writeFileSync(path.join(root, `away-${made}`, '1.png'), await pattern(33, 33).png().toBuffer());
    symlinkSync(path.join(root, `away-${made}`), path.join(folder, 'a'));
    await expectError(() => bytes(id('a/1.png'), 64), 'file.notGranted', 'leads out');
  });
});

describe('a picture of a granted image', () => {
  it('comes by its grant, anew when the file has changed', async () => {
    const file = path.join(root, 'granted.jpg');
    writeFileSync(file, await pattern(120, 90).jpeg().toBuffer());
    const { grantId } = await service.grant(file);
    expect(await bytes(grantId, 64)).toMatchObject({ width: 120, height: 90 });
    expect(await bytes(grantId, 64)).toMatchObject({ width: 120, height: 90 });
    writeFileSync(file, await pattern(60, 120).jpeg().toBuffer());
    expect(await bytes(grantId, 64)).toMatchObject({ width: 60, height: 120 });
  });

  it('is refused where the grant is of a folder or of something else', async () => {
    const text = path.join(root, 'notes.txt');
    writeFileSync(text, 'no image');
    const { grantId } = await service.grant(text);
    await expectError(() => bytes(grantId, 64), 'image.unreadable', 'no image');
    const folder = await service.grant(root);
    await expectError(() => bytes(folder.grantId, 64), 'image.unreadable', 'no file');
  });
});

function picture({ mediaType, bytes: content, width, height }: Awaited<ReturnType<typeof bytes>>) {
  return { mediaType, content: Buffer.from(content).toString('hex'), width, height };
}
