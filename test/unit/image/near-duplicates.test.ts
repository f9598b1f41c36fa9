import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, type Fingerprint } from '../../../src/engine/image/fingerprint.ts';
import { measureImage } from '../../../src/engine/image/measure-image.ts';
import { nearDuplicates } from '../../../src/engine/image/near-duplicates.ts';
import { randomGenerator } from '../../../src/engine/training/random.ts';
import { patternImage } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const WIDTH = 320;
const HEIGHT = 240;

/** A scene of soft blobs, another one for each seed; a photograph is such a sum of low frequencies as well. */
function scene(seed: number): Sharp {
  const random = randomGenerator(seed, 7);
  const uniform = (): number => random() / 2 ** 32;
  const blobs = Array.from({ length: 24 }, () => {
    return { x: uniform() * WIDTH, y: uniform() * HEIGHT, size: 15 + uniform() * 60, light: uniform() * 2 - 1 };
  });
  const pixels = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, index) => {
    const [row, column] = [Math.floor(index / WIDTH), index % WIDTH];
    const light = blobs.reduce(
      (sum, { x, y, size, light }) => sum + light * Math.exp(-((column - x) ** 2 + (row - y) ** 2) / size ** 2),
      0,
    );
    return Math.min(255, Math.max(0, 128 + 90 * light));
  });
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } });
}

const folder = temporaryFolder();
let written = 0;

async function fingerprint(image: Sharp): Promise<Fingerprint> {
  const file = path.join(folder, `${(written += 1)}`);
  await writeFile(file, await image.toBuffer());
  return (await measureImage(file)).fingerprint ?? expect.fail('There is no image.');
}

const COPIES: [string, (image: Sharp) => Sharp, { mirrored?: boolean; upsideDown?: boolean }][] = [
  ['a smaller one', (image) => image.resize({ width: 90 }).png(), {}],
  ['a stretched one', (image) => image.resize(224, 224, { fit: 'fill' }).png(), {}],
  ['one that was compressed hard', (image) => image.jpeg({ quality: 15 }), {}],
  ['a mirrored one', (image) => image.flop().png(), { mirrored: true }],
  ['one upside down', (image) => image.flip().jpeg({ quality: 80 }), { upsideDown: true }],
  ['one turned round', (image) => image.flip().flop().webp(), { mirrored: true, upsideDown: true }],
];

describe('images that show the same', () => {
  it.each(COPIES)('are an image and %s, whatever lies between', async (_, copy, turned) => {
    const others = await Promise.all([1, 2, 3, 4].map((seed) => fingerprint(scene(seed).png())));
    const pair = [await fingerprint(scene(9).png()), await fingerprint(copy(scene(9)))];
    const [first = null, second = null] = pair;
    const found = await nearDuplicates([...others.slice(0, 2), first, null, ...others.slice(2), second]);
    expect(found).toMatchObject([{ first: 2, second: 6, mirrored: false, upsideDown: false, ...turned }]);
    expect(found[0]?.similarity).toBeGreaterThan(0.95);
  });

  it('are not two scenes of many, and not what shows nothing', async () => {
    const scenes = await Promise.all(Array.from({ length: 12 }, (_, seed) => fingerprint(scene(seed).png())));
    expect(await nearDuplicates(scenes)).toEqual([]);
    const white = fingerprintOf(new Uint8Array(32 * 32).fill(254));
    expect(await nearDuplicates([white, fingerprintOf(new Uint8Array(32 * 32).fill(253))])).toEqual([]);
  });

  it('are each in some pair where thousands show the same, without a pair of each two', async () => {
    const same = await fingerprint(patternImage(64, 64).png());
    const pairs = await nearDuplicates(Array.from({ length: 2000 }, () => same));
    expect(new Set(pairs.flatMap(({ first, second }) => [first, second])).size).toBe(2000);
    expect(pairs.length).toBeLessThan(2000 * 33);
  });

  it('are searched with progress, until one cancels', async () => {
    const same = await fingerprint(patternImage(64, 64).png());
    const told: number[] = [];
    await nearDuplicates(
      Array.from({ length: 600 }, () => same),
      { onProgress: (done) => told.push(done) },
    );
    expect(told).toEqual([0, 256, 512, 600]);
    const controller = new AbortController();
    const searched = nearDuplicates(
      Array.from({ length: 600 }, () => same),
      { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) },
    );
    await expect(searched).rejects.toThrow('enough');
  });
});
