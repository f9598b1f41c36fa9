import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage, tryDecodeImage } from '../../../src/engine/image/decode-image.ts';
import { resizeThenCrop, scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import type { Preprocessing } from '../../../src/engine/network/preprocessing.ts';
import fixture from '../../fixtures/pillow-resize.json' with { type: 'json' };
import { expectError } from '../../support/expect-error.ts';
import { hdrPhotograph } from '../../support/hdr-photograph.ts';
import { patternImage, patternPixels, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const size = (width: number, height = width): Preprocessing => ({
  ...scaleToUnitRange(height, width),
  resize: 'stretch',
});
const cropped = (width: number, height = width): Preprocessing => ({ ...size(width, height), resize: 'centerCrop' });

/** The mean distance in levels. */
function distance(left: Uint8Array, right: Uint8Array): number {
  expect(left.length).toBe(right.length);
  return left.reduce((sum, value, index) => sum + Math.abs(value - (right[index] ?? 0)), 0) / left.length;
}

/** A picture whose quarters are red, green, blue and white, clockwise from the upper left. */
const quarters = (width: number, height: number): Uint8Array => {
  const colours = [255, 0, 0, 0, 255, 0, 255, 255, 255, 0, 0, 255];
  return Uint8Array.from({ length: width * height * 3 }, (_, position) => {
    const [x, y] = [Math.floor(position / 3) % width, Math.floor(position / 3 / width)];
    const quarter = (x < width / 2 ? 0 : 1) + (y < height / 2 ? 0 : 2);
    return colours[quarter * 3 + (position % 3)] ?? 0;
  });
};
const quartersImage = () => sharp(quarters(80, 60), { raw: { width: 80, height: 60, channels: 3 } });

describe('Pillow', () => {
  const rules = ['stretch', 'centerCrop', 'resizeThenCrop', 'bicubicThenCrop'] as const;
  const preprocessings: Readonly<Record<(typeof rules)[number], Preprocessing>> = {
    stretch: size(fixture.target),
    centerCrop: cropped(fixture.target),
    resizeThenCrop: resizeThenCrop(size(fixture.target), fixture.shorterSide),
    bicubicThenCrop: resizeThenCrop(size(fixture.target), fixture.shorterSide, 'bicubic'),
  };
  const cases = fixture.images.flatMap((image) => rules.map((resize) => ({ ...image, resize })));
  test.each(cases)(
    'is met in the mean from $width x $height by $resize',
    async ({ width, height, resize, ...image }) => {
      const bytes = await patternImage(width, height).png().toBuffer();
      const decoded = await decodeImage(bytes, preprocessings[resize]);
      // From a fourfold reduction on, libvips averages blocks before it filters: a strong pattern blurs a little more.
      const within = Math.min(width, height) < 4 * fixture.target ? 1 : 1.5;
      expect(distance(decoded, Buffer.from(image[resize], 'base64'))).toBeLessThan(within);
    },
  );

  // Of a part that is cut out, Pillow sees the pixels beside it as well.
  const uncut = cases.filter(({ resize }) => resize !== 'centerCrop');
  test.each(uncut)('is met to the bit from $width x $height by $resize, on request', async (example) => {
    const bytes = await patternImage(example.width, example.height).png().toBuffer();
    const decoded = await decodeImage(bytes, preprocessings[example.resize], 'exact');
    expect(Buffer.from(decoded).equals(Buffer.from(example[example.resize], 'base64'))).toBe(true);
  });

  test('is met to the bit where both sides are enlarged', async () => {
    const small = fixture.images.filter(({ width, height }) => width <= fixture.target && height <= fixture.target);
    expect(small.length).toBeGreaterThan(0);
    for (const { width, height, ...image } of small) {
      const bytes = await patternImage(width, height).png().toBuffer();
      for (const rule of ['stretch', 'resizeThenCrop', 'bicubicThenCrop'] as const) {
        const decoded = await decodeImage(bytes, preprocessings[rule]);
        expect(Buffer.from(decoded).equals(Buffer.from(image[rule], 'base64')), rule).toBe(true);
      }
    }
  });

  test('is met where a wide image is cut before it is resized: it shows the same centre', async () => {
    const strip = patternPixels(900, 60);
    const bytes = await sharp(strip, { raw: { width: 900, height: 60, channels: 3 } })
      .png()
      .toBuffer();
    const middle = await sharp(bytes).extract({ left: 330, top: 0, width: 240, height: 60 }).png().toBuffer();
    const rule = preprocessings.resizeThenCrop;
    expect(await decodeImage(bytes, rule)).toEqual(await decodeImage(middle, rule));
  });

  test('gets every pixel of a large JPEG, not a version decoded at a fraction of its size', async () => {
    const jpeg = await patternImage(640, 480).jpeg({ quality: 90 }).toBuffer();
    const png = await sharp(jpeg).png().toBuffer();
    for (const rule of [size(24), cropped(24), resizeThenCrop(size(24), 28)])
      expect(distance(await decodeImage(jpeg, rule), await decodeImage(png, rule, 'exact'))).toBeLessThan(0.5);
  });
});

describe('decoding as a person would expect', () => {
  test('leaves an image of the right size as it is', async () => {
    const pixels = patternPixels(40, 30);
    expect(await decodeImage(await patternImage(40, 30).png().toBuffer(), size(40, 30))).toEqual(pixels);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('turns EXIF orientation %i upright', async (orientation) => {
    const upright = quarters(16, 12);
    // How each orientation is stored, as sharp's own operations: what EXIF asks to be undone.
    const image = quartersImage();
    if ([2, 4, 5, 7].includes(orientation)) image.flop();
    const flopped = await image.png().toBuffer();
    const turned = sharp(flopped).rotate({ 3: 180, 4: 180, 5: 270, 6: 270, 7: 90, 8: 90 }[orientation] ?? 0);
    const stored = await turned
      .withMetadata({ orientation })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    expect(distance(await decodeImage(stored, size(16, 12)), upright)).toBeLessThan(8);
    expect(distance(await decodeImage(stored, cropped(12)), quarters(12, 12))).toBeLessThan(8);
  });

  test.each(['jpeg', 'png', 'webp', 'tiff', 'avif', 'gif'] as const)('reads %s', async (format) => {
    const bytes = await quartersImage().toFormat(format, { quality: 100 }).toBuffer();
    expect(distance(await decodeImage(bytes, size(16, 12)), quarters(16, 12))).toBeLessThan(8);
  });

  test('repeats grey in three channels', async () => {
    const grey = Uint8Array.from({ length: 64 }, (_, index) => index * 4);
    const bytes = await sharp(grey, { raw: { width: 8, height: 8, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect(await decodeImage(bytes, size(8))).toEqual(
      Uint8Array.from({ length: 192 }, (_, index) => Math.floor(index / 3) * 4),
    );
  });

  test('brings 16 bits to 8', async () => {
    const bytes = await quartersImage().toColourspace('rgb16').png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    expect(await decodeImage(bytes, size(80, 60))).toEqual(quarters(80, 60));
  });

  test('reads a palette', async () => {
    const bytes = await quartersImage().png({ palette: true, colours: 4 }).toBuffer();
    expect(await decodeImage(bytes, size(80, 60))).toEqual(quarters(80, 60));
  });

  test('turns CMYK into RGB', async () => {
    const bytes = await quartersImage().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    // Print inks cannot give pure red, green and blue: the colours are right, not exact.
    const decoded = await decodeImage(bytes, size(16, 12));
    const corner = (x: number, y: number): number[] => [...decoded.subarray((y * 16 + x) * 3, (y * 16 + x) * 3 + 3)];
    const strongest = (colour: number[]): number => colour.indexOf(Math.max(...colour));
    expect([corner(2, 2), corner(13, 2), corner(13, 9)].map(strongest)).toEqual([0, 1, 2]);
    expect(Math.min(...corner(2, 9))).toBeGreaterThan(245);
  });

  test('shows white through transparency', async () => {
    const clear = { width: 10, height: 10, channels: 4 as const, background: { r: 10, g: 20, b: 30, alpha: 0 } };
    const bytes = await sharp({ create: clear }).png().toBuffer();
    expect(new Set(await decodeImage(bytes, size(6)))).toEqual(new Set([255]));
    const half = await sharp({ create: { ...clear, background: { r: 0, g: 0, b: 0, alpha: 0.5 } } })
      .png()
      .toBuffer();
    for (const value of await decodeImage(half, size(6))) expect(Math.abs(value - 127)).toBeLessThanOrEqual(1);
  });

  test('takes the first frame of an animation', async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 12, height: 12, channels: 3, background } })
        .png()
        .toBuffer();
    const frames = await Promise.all([frame('#ff0000'), frame('#0000ff')]);
    for (const format of ['gif', 'webp'] as const) {
      const bytes = await sharp(frames, { join: { animated: true } })
        .toFormat(format, { lossless: true })
        .toBuffer();
      expect((await sharp(bytes, { pages: -1 }).metadata()).pages).toBe(2);
      for (const rule of [size(4), cropped(4, 3)]) {
        expect([...(await decodeImage(bytes, rule)).subarray(0, 3)]).toEqual([255, 0, 0]);
      }
    }
  });

  test('reads the ordinary picture of an HDR photograph', async () => {
    const { photograph, ordinary } = await hdrPhotograph();
    sharp.unblock({ operation: ['VipsForeignLoadUhdrBuffer'] });
    try {
      expect((await sharp(photograph).metadata()).gainMap).toBeDefined();
    } finally {
      sharp.block({ operation: ['VipsForeignLoadUhdrBuffer'] });
    }
    for (const rule of [size(32), cropped(32)]) {
      expect(await decodeImage(photograph, rule)).toEqual(await decodeImage(ordinary, rule));
    }
  });

  test('reads a file as it reads its content', async () => {
    await writeFiles(folder, { 'a.png': patternImage(50, 40).png().toBuffer() });
    const file = path.join(folder, 'a.png');
    expect(await decodeImage(file, size(32))).toEqual(await decodeImage(await readFile(file), size(32)));
  });
});

/** A PNG that says its size and holds nothing. */
function pngHeader(width: number, height: number): Buffer {
  const chunk = (type: string, content: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(content.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const size = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', size),
    chunk('IDAT', deflateSync('')),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test.each([
  ['wide', 90, 40, 40, 40],
  ['tall', 40, 90, 40, 40],
  ['odd', 41, 30, 20, 10],
])(
  'a centred crop of a %s image shows the middle, its aspect ratio kept',
  async (_, width, height, toWidth, toHeight) => {
    const pixels = await decodeImage(await patternImage(width, height).png().toBuffer(), cropped(toWidth, toHeight));
    const scale = Math.max(toWidth / width, toHeight / height);
    const [partWidth, partHeight] = [Math.floor(toWidth / scale), Math.floor(toHeight / scale)];
    const part = await patternImage(width, height)
      .extract({
        left: Math.floor((width - partWidth) / 2),
        top: Math.floor((height - partHeight) / 2),
        width: partWidth,
        height: partHeight,
      })
      .png()
      .toBuffer();
    expect(pixels).toEqual(await decodeImage(part, size(toWidth, toHeight)));
  },
);

describe('what cannot be decoded is told with the reason', () => {
  const half = async (bytes: Promise<Buffer>): Promise<Uint8Array> => {
    const whole = await bytes;
    return whole.subarray(0, whole.length / 2);
  };
  const noisy = () => patternImage(300, 200);

  test.each([
    ['a JPEG cut short', () => half(noisy().jpeg().toBuffer()), 'cut short'],
    ['a progressive JPEG cut short', () => half(noisy().jpeg({ progressive: true }).toBuffer()), 'cut short'],
    ['a PNG cut short', () => half(noisy().png().toBuffer()), 'cut short'],
    ['a GIF cut short', () => half(noisy().gif().toBuffer()), 'cut short'],
    ['a WebP cut short', () => half(noisy().webp().toBuffer()), 'cut short'],
    ['a TIFF cut short', () => half(noisy().tiff({ compression: 'none' }).toBuffer()), 'cut short'],
    ['nothing', () => Promise.resolve(new Uint8Array()), 'empty'],
    ['text', () => Promise.resolve(Buffer.from('hello')), 'no image'],
    [
      'a drawing',
      () => Promise.resolve(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')),
      'SVG',
    ],
    ['more pixels than are decoded', () => Promise.resolve(pngHeader(20_000, 8_000)), '134 million pixels'],
  ])('%s', async (_, bytes, reason) => {
    const decoded = await tryDecodeImage(await bytes(), size(16));
    expect(decoded).toEqual({ kind: 'problem', reason: expect.stringContaining(reason) as string });
  });

  test('a missing file, a folder', async () => {
    await expectError(
      () => decodeImage(path.join(folder, 'none.png'), size(8)),
      'image.unreadable',
      'none.png',
      'no such file',
    );
    await expectError(() => decodeImage(folder, size(8)), 'image.unreadable', 'it is a folder');
  });
});
