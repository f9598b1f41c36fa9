import { globSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { expect, it } from 'vitest';
import type { Fingerprint } from '../../src/engine/image/fingerprint.ts';
import { measureImage } from '../../src/engine/image/measure-image.ts';
import { nearDuplicates } from '../../src/engine/image/near-duplicates.ts';
import { describeShared, sharedPath } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const COPIES: [string, (file: string) => Sharp][] = [
  ['half as large', (file) => sharp(file).resize({ width: 250 }).jpeg({ quality: 90 })],
  ['as large as a thumbnail', (file) => sharp(file).resize({ width: 100 }).jpeg({ quality: 85 })],
  ['stretched to a square', (file) => sharp(file).resize(224, 224, { fit: 'fill' }).jpeg({ quality: 75 })],
  ['larger, as WebP', (file) => sharp(file).resize({ width: 750 }).webp({ quality: 60, effort: 0 })],
  ['compressed hard', (file) => sharp(file).jpeg({ quality: 20 })],
  ['mirrored', (file) => sharp(file).flop().png({ compressionLevel: 1 })],
  ['upside down', (file) => sharp(file).flip().jpeg({ quality: 80 })],
  ['mirrored, small and compressed', (file) => sharp(file).flop().resize({ width: 150 }).jpeg({ quality: 40 })],
];

describeShared('Copies of photographs', () => {
  const files = globSync(sharedPath('data/hymenoptera/hymenoptera_data/**/*.{jpg,jpeg}')).sort();
  const originals: (Fingerprint | null)[] = [];

  const copied = path.join(temporaryFolder(), 'copy');

  it('are not found among photographs of which none is one', async () => {
    for (const file of files) originals.push((await measureImage(file)).fingerprint);
    expect(originals).toHaveLength(397);
    expect(await nearDuplicates(originals)).toEqual([]);
  });

  // Promised are 95 of 100 found and 1 of 100 wrong; every third photograph is copied.
  it.each(COPIES)('are found where they are %s', async (_, copy) => {
    const chosen = [...files.keys()].filter((index) => index % 3 === 0);
    const copies: (Fingerprint | null)[] = [];
    for (const index of chosen) {
      await writeFile(copied, await copy(files[index] ?? '').toBuffer());
      copies.push((await measureImage(copied)).fingerprint);
    }
    const pairs = await nearDuplicates([...originals, ...copies]);
    const right = pairs.filter(({ first, second }) => first === chosen[second - files.length]);
    expect(right.length / chosen.length).toBeGreaterThanOrEqual(0.95);
    expect((pairs.length - right.length) / pairs.length).toBeLessThanOrEqual(0.01);
  });
});
