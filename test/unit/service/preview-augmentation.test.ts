import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRESET_VALUES } from '../../../src/shared/contract/augmentation.ts';
import type { Request } from '../../../src/shared/contract/endpoint.ts';
import { decodeImage } from '../../../src/engine/image/decode-image.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { createService } from '../../../src/engine/service/create-service.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';

const home = temporaryFolder();
const service = createService({ home, cache: path.join(home, 'cache') });
afterAll(() => service.close());

const SIZE = 32 * 32 * 3;
type Asked = Request<'augmentation.preview'>;
let images: readonly string[] = [];
beforeAll(async () => {
  const dataset = await writeTinyDataset(path.join(home, 'dataset'), { train: 2, val: 1 });
  images = ['train/broad/000.png', 'train/fine/001.png'].map((name) => path.join(dataset, name));
});

const preview = (asked: Partial<Asked>) =>
  service.transport.invoke('augmentation.preview', {
    network: 'mobilenet_v1_0.25_32',
    images: [...images],
    augmentation: null,
    seed: 5,
    count: 4,
    ...asked,
  });

/** The same picture, each row backwards. */
function mirrored(pixels: Uint8Array): Uint8Array {
  return Uint8Array.from(pixels, (_, index) => {
    const [row, column] = [Math.floor(index / 96), Math.floor((index % 96) / 3)];
    return pixels[row * 96 + (31 - column) * 3 + (index % 3)] ?? NaN;
  });
}

describe('a preview of augmentation', () => {
  it('shows images as the network is given them, each as often as asked, where nothing is done to them', async () => {
    const { plain, augmented, height, width } = await preview({});
    expect([height, width]).toEqual([32, 32]);
    const decoded = await Promise.all(images.map((file) => decodeImage(file, scaleToUnitRange(32, 32))));
    expect([...plain]).toEqual(decoded.flatMap((pixels) => [...pixels]));
    expect(augmented).toHaveLength(2 * 4 * SIZE);
    for (let tile = 0; tile < 8; tile++) {
      expect(augmented.subarray(tile * SIZE, (tile + 1) * SIZE)).toEqual(decoded[Math.floor(tile / 4)]);
    }
  });

  it('shows what the train step does: mirrored pixels are the very pixels', async () => {
    const { plain, augmented } = await preview({ augmentation: { horizontalFlip: true }, count: 8 });
    const turned = { upright: 0, mirrored: 0 };
    for (let tile = 0; tile < 16; tile++) {
      const shown = augmented.subarray(tile * SIZE, (tile + 1) * SIZE);
      const own = plain.slice(Math.floor(tile / 8) * SIZE).subarray(0, SIZE);
      if (Buffer.compare(shown, own) === 0) turned.upright += 1;
      else {
        expect(Buffer.compare(shown, mirrored(own))).toBe(0);
        turned.mirrored += 1;
      }
    }
    expect(turned.upright).toBeGreaterThan(0);
    expect(turned.mirrored).toBeGreaterThan(0);
  });

  it('is the same again for a seed, and another for another', async () => {
    const augmentation = PRESET_VALUES.strong;
    const [first, again, other] = [
      await preview({ augmentation }),
      await preview({ augmentation }),
      await preview({ augmentation, seed: 6 }),
    ];
    expect(again).toEqual(first);
    expect(other.plain).toEqual(first.plain);
    expect(other.augmented).not.toEqual(first.augmented);
    const tiles = Array.from({ length: 4 }, (_, tile) =>
      first.augmented.subarray(tile * SIZE, (tile + 1) * SIZE).join(),
    );
    expect(new Set(tiles).size).toBe(4);
  });

  it('prepares images as the plan says, and leaves out what does not decode, as training does', async () => {
    const own = await preview({ count: 1 });
    const broken = path.join(home, 'broken.png');
    writeFileSync(broken, 'no image');
    const asked = { count: 1, preprocessing: { kernel: 'bicubic' } } as const;
    const other = await preview({ ...asked, images: [broken, ...images] });
    expect(other.paths).toEqual(own.paths);
    expect(other.plain).toHaveLength(2 * SIZE);
    expect(other.plain).not.toEqual(own.plain);
    expect(other.plain).toEqual((await preview(asked)).plain);
  });

  it('says in words what cannot be shown', async () => {
    await expectError(() => preview({ images: [path.join(home, 'gone.png')] }), 'image.unreadable', 'gone.png');
    await expectError(() => preview({ images: [home] }), 'usage.invalid', 'folder');
    await expectError(() => preview({ network: 'features_8' }), 'usage.invalid');
    const crop = { smallestArea: 0.9, largestArea: 0.5 };
    await expectError(() => preview({ augmentation: { randomResizedCrop: crop } }), 'usage.invalid', 'smallestArea');
  });
});
