import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/engine/image/decode-image.ts';
import { inspectImage } from '../../../src/engine/image/inspect-image.ts';
import { pixelStatistics } from '../../../src/engine/image/pixel-statistics.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { patternImage } from '../../support/pattern-image.ts';

const total = (counts: Uint32Array | undefined): number => counts?.reduce((sum, amount) => sum + amount, 0) ?? 0;
const plain = (background: string, width = 8, height = 6) =>
  sharp({ create: { width, height, channels: 3, background } });

describe('the statistics of pixels', () => {
  it('count every level of every channel, and of the luminance', () => {
    const found = pixelStatistics(Uint8Array.from([255, 0, 0, 255, 0, 10, 0, 0, 20]));
    expect(found.counted).toBe(3);
    expect([found.red.counts[255], found.red.counts[0], total(found.red.counts)]).toEqual([2, 1, 3]);
    expect([found.green.counts[0], found.blue.counts[10], found.blue.counts[20]]).toEqual([3, 1, 1]);
    // 0.299 × 255 = 76.2, and with 0.114 × 10 it is 77.4.
    expect([found.luminance.counts[76], found.luminance.counts[77], found.luminance.counts[2]]).toEqual([1, 1, 1]);
    expect(found.blue.mean).toBe(10);
    expect(found.blue.standardDeviation).toBeCloseTo(Math.sqrt(200 / 3), 10);
    expect(found.green).toMatchObject({ mean: 0, standardDeviation: 0 });
  });

  it('of no pixels are zeros, no gaps', () => {
    expect(pixelStatistics(new Uint8Array()).luminance).toMatchObject({ mean: 0, standardDeviation: 0 });
  });
});

describe('looking at an image', () => {
  it.each([
    [
      'a grey PNG',
      () => plain('#808080').greyscale().toColourspace('b-w').png(),
      { format: 'png', channels: 1, colourSpace: 'b-w' },
    ],
    [
      'a PNG of 16 bits',
      () => plain('#808080').toColourspace('rgb16').png(),
      { bitsPerChannel: 16, colourSpace: 'rgb16' },
    ],
    ['a palette', () => plain('#808080').png({ palette: true }), { hasPalette: true }],
    ['a progressive JPEG', () => plain('#808080').jpeg({ progressive: true }), { format: 'jpeg', isProgressive: true }],
    ['CMYK', () => plain('#808080').toColourspace('cmyk').jpeg(), { channels: 4, colourSpace: 'cmyk' }],
    ['one with transparency', () => plain('#808080').ensureAlpha(0.5).png(), { hasAlpha: true, channels: 4 }],
    ['a profile', () => plain('#808080').withIccProfile('p3').jpeg(), { hasProfile: true }],
  ] as const)('tells of %s', async (_, image, facts) => {
    const found = await inspectImage(await image().toBuffer(), 'bmp', false);
    expect(found.facts).toMatchObject({ width: 8, height: 6, orientation: 1, frames: 1, ...facts });
    expect([found.problem, found.pixels?.counted]).toEqual([null, 48]);
  });

  it('counts levels as a network is shown them: transparency over white', async () => {
    const clear = await sharp({
      create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const { pixels } = await inspectImage(clear, 'bmp', false);
    expect([pixels?.red.mean, pixels?.luminance.counts[255]]).toEqual([255, 16]);
  });

  const deepGrey = () => {
    const levels = Uint16Array.from({ length: 48 }, (_, index) => index * 80);
    return sharp(levels, { raw: { width: 8, height: 6, channels: 1 } }).toColourspace('grey16');
  };

  it.each([
    [
      'grey of 16 bits that takes 12 of them',
      () => deepGrey().tiff({ compression: 'none' }),
      { format: 'tiff', bitsPerChannel: 16, channels: 1 },
    ],
    [
      'CMYK without a profile',
      () => patternImage(8, 6, 3).toColourspace('cmyk').jpeg(),
      { format: 'jpeg', colourSpace: 'cmyk', hasProfile: false },
    ],
    [
      'CMYK by its profile',
      () => patternImage(8, 6, 3).withIccProfile('cmyk').jpeg(),
      { format: 'jpeg', colourSpace: 'cmyk', hasProfile: true },
    ],
  ] as const)('counts levels as a network is shown them, and tells what the file has: %s', async (_, image, own) => {
    const file = await image().toBuffer();
    const { facts, pixels } = await inspectImage(file, 'bmp', false);
    expect(facts).toMatchObject({ width: 8, height: 6, ...own });
    expect(pixels).toEqual(pixelStatistics(await decodeImage(file, { ...scaleToUnitRange(6, 8), resize: 'stretch' })));
  });

  it('tells the size of the upright image, and counts what lies on its side alike', async () => {
    const upright = await patternImage(60, 40, 3).png().toBuffer();
    const turned = await sharp(upright).withMetadata({ orientation: 6 }).png().toBuffer();
    const [one, other] = [await inspectImage(upright, 'bmp', false), await inspectImage(turned, 'bmp', false)];
    expect(other.facts).toMatchObject({ width: 40, height: 60, orientation: 6 });
    expect(other.pixels).toEqual(one.pixels);
  });

  it('counts a part of a large image, evenly, and gives the levels of the whole', async () => {
    const half = await plain('#000000', 4000, 1500).extend({ bottom: 1500, background: '#ffffff' }).png().toBuffer();
    const { facts, pixels } = await inspectImage(half, 'bmp', false);
    expect(facts).toMatchObject({ width: 4000, height: 3000 });
    expect(pixels?.counted).toBeLessThanOrEqual(2 ** 22);
    expect(pixels?.luminance.mean).toBeCloseTo(127.5, 0);
    expect(total(pixels?.luminance.counts.subarray(1, 255))).toBe(0);
  });

  it('tells what it can of one that is cut short, and why it does not decode', async () => {
    const whole = await patternImage(400, 300, 3).jpeg().toBuffer();
    const found = await inspectImage(whole.subarray(0, whole.length / 2), 'bmp', false);
    expect(found.facts).toMatchObject({ format: 'jpeg', width: 400, height: 300 });
    expect(found.pixels).toBeNull();
    expect(found.problem).toContain('cut short');
  });

  it.each([
    ['no image at all', Buffer.from('a letter to a friend'), 'no image'],
    ['an empty file', Buffer.alloc(0), 'empty'],
  ])('says why nothing is known of %s', async (_, content, reason) => {
    const found = await inspectImage(content, 'bmp', false);
    expect(found).toMatchObject({ facts: null, pixels: null });
    expect(found.problem).toContain(reason);
  });

  it('counts pixels that Thaw decoded itself', async () => {
    const pixels = { pixels: Uint8Array.from([0, 255, 128, 128]), width: 2, height: 2, channels: 1 } as const;
    const found = await inspectImage(pixels, 'idx', false);
    expect(found.facts).toMatchObject({ format: 'idx', width: 2, height: 2, channels: 1 });
    expect(found.pixels?.red.counts[128]).toBe(2);
  });
});
