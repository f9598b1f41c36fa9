import { expect, test } from 'vitest';
import { openDataset } from '../../src/engine/dataset/open-dataset.ts';
import { readContent } from '../../src/engine/dataset/read-content.ts';
import { countImages } from '../../src/engine/dataset/count-images.ts';
import { tryDecodeImage } from '../../src/engine/image/decode-image.ts';
import { scaleToUnitRange } from '../../src/engine/network/preprocessing.ts';
import { describeShared, sharedPath } from '../support/shared.ts';

describeShared('real datasets', () => {
  test('MNIST opens as it was published, its images those of its digits', async () => {
    const root = sharedPath('data/mnist');
    const dataset = await openDataset(root, { validationShare: 0.1, seed: 1 });
    expect(dataset.classes).toEqual(Array.from({ length: 10 }, (_, digit) => String(digit)));
    const { train, validation, test: tests } = countImages(dataset);
    expect([train + validation, tests]).toEqual([60_000, 10_000]);
    expect(Math.abs(validation - 6000)).toBeLessThan(300);
    // The first digits of the training file, as everyone knows them.
    const digits = new Map(dataset.images.map(({ path, label }) => [path, dataset.classes[label]]));
    const first = Array.from({ length: 10 }, (_, index) => digits.get(`train-images-idx3-ubyte.gz/0000${index}`));
    expect(first.join('')).toBe('5041921314');
    const decoded = await tryDecodeImage(`${root}/train-images-idx3-ubyte.gz/00000`, {
      ...scaleToUnitRange(28, 28),
      resize: 'stretch',
    });
    if (decoded.kind !== 'pixels') throw new Error(decoded.reason);
    // 27525 is the sum of the first image's pixels, as numpy adds them up.
    expect(decoded.pixels.reduce((sum, value) => sum + value, 0)).toBe(3 * 27_525);
  });

  test('hymenoptera is recognised within the folder that its archive unpacks to', async () => {
    const { structure, classes, images } = await readContent(sharedPath('data/hymenoptera'), {});
    expect(structure.structure).toEqual({ kind: 'splitFolders' });
    expect(structure.words).toContain('in hymenoptera_data');
    expect([classes, images.length]).toEqual([['ants', 'bees'], 398]);
  });

  test('a folder of odd images opens without classes, each file used or listed', async () => {
    const { unlabelled, skipped } = await readContent(sharedPath('data/odd_images/pillow'), {});
    expect(unlabelled.length).toBeGreaterThan(40);
    const listed = skipped.map(({ path }) => path);
    expect(listed).toEqual(
      expect.arrayContaining(['hopper.psd', 'hopper.ico', 'balloon.jpf', 'bad_palette_entry.gpl']),
    );
    expect(listed).not.toContain('hopper.bmp');
  });
});
