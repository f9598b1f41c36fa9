import { hash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { expectError } from '../../support/expect-error.ts';
import { patternImage, smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const service = createService({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });
afterAll(() => service.close());
const { transport } = service;

const placed = () =>
  patternImage(60, 40, 3)
    .jpeg()
    .withExif({
      IFD0: { Model: 'D90' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 0/1 0/1', GPSLongitudeRef: 'W', GPSLongitude: '16/1 30/1 0/1' },
    })
    .toBuffer();

async function openPhotos(name: string) {
  const folder = await writeFiles(path.join(root, name), {
    'train/a/photo.jpg': placed(),
    'train/a/2.png': smallPng(1),
    'train/b/1.png': smallPng(2),
    'val/a/3.png': smallPng(3),
    'val/b/3.png': smallPng(4),
  });
  const { datasetId } = await transport.invoke('dataset.open', { dataset: { kind: 'folder', path: folder } });
  const { images } = await transport.invoke('dataset.images', { datasetId, offset: 0, limit: 100 });
  const id = (of: string) => images.find((image) => image.path === of)?.imageId ?? '';
  return { folder, datasetId, id };
}

const inspect = (imageId: string, withLocation?: boolean) =>
  transport.invoke('image.inspect', { imageId, withLocation });

describe('an image of a dataset', () => {
  it('is told with its class, its split and the hash of its file', async () => {
    const { folder, id } = await openPhotos('whole');
    const told = await inspect(id('train/a/photo.jpg'));
    const content = readFileSync(path.join(folder, 'train/a/photo.jpg'));
    expect(told).toMatchObject({
      path: 'train/a/photo.jpg',
      className: 'a',
      split: 'train',
      bytes: content.length,
      contentHash: hash('sha256', content, 'hex'),
      problem: null,
      facts: { width: 60, height: 40, format: 'jpeg', exif: { camera: 'D90', hasLocation: true, location: null } },
    });
    expect(told.pixels?.counted).toBe(2400);
    expect((await inspect(id('val/b/3.png'))).split).toBe('validation');
  });

  it('tells where it was taken to who asks', async () => {
    const { id } = await openPhotos('place');
    const told = await inspect(id('train/a/photo.jpg'), true);
    expect(told.facts?.exif?.location).toEqual({ latitude: 48, longitude: -16.5 });
  });

  it('is told with the class that it was given, also where it is left out', async () => {
    const { datasetId, id } = await openPhotos('decided');
    const images = { imageIds: [id('train/a/photo.jpg')] };
    await transport.invoke('dataset.edit', { datasetId, images, change: { kind: 'class', className: 'b' } });
    expect((await inspect(id('train/a/photo.jpg'))).className).toBe('b');
    await transport.invoke('dataset.edit', { datasetId, images, change: { kind: 'exclude', excluded: true } });
    expect((await inspect(id('train/a/photo.jpg'))).className).toBe('b');
  });

  it('is told as its file is now, and as a failure where that has gone', async () => {
    const { folder, id } = await openPhotos('changed');
    const imageId = id('train/a/photo.jpg');
    const file = path.join(folder, 'train/a/photo.jpg');
    writeFileSync(file, await patternImage(20, 10, 3).png().toBuffer());
    expect((await inspect(imageId)).facts).toMatchObject({ width: 20, format: 'png' });
    writeFileSync(file, 'no image any more');
    const damaged = await inspect(imageId);
    expect(damaged).toMatchObject({ facts: null, pixels: null });
    expect(damaged.problem).toContain('no image');
    rmSync(file);
    await expectError(() => inspect(imageId), 'image.unreadable', 'photo.jpg');
  });

  it('must have been opened or granted', async () => {
    await expectError(() => inspect('nope'), 'file.notGranted');
    const file = path.join(root, 'granted.png');
    writeFileSync(file, await smallPng(7));
    const { grantId } = await service.grant(file);
    expect(await inspect(grantId)).toMatchObject({ path: 'granted.png', className: null, split: null, problem: null });
  });
});
