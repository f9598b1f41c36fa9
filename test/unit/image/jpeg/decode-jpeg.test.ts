import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../../src/engine/image/decode-image.ts';
import { decodeJpeg } from '../../../../src/engine/image/jpeg/decode-jpeg.ts';
import { resizeThenCrop, scaleToUnitRange } from '../../../../src/engine/network/preprocessing.ts';
import type { Preprocessing } from '../../../../src/engine/network/preprocessing.ts';
import { patternImage } from '../../../support/pattern-image.ts';

const SIZE = scaleToUnitRange(40, 56);
const RULES: Readonly<Record<string, Preprocessing>> = {
  stretch: { ...SIZE, resize: 'stretch' },
  centerCrop: SIZE,
  resizeThenCrop: resizeThenCrop(SIZE, 64),
  bicubicThenCrop: resizeThenCrop(SIZE, 64, 'bicubic'),
};
/** Behind the tables of the first scan. */
const DAMAGED_FROM = 640;
const START_OF_SCAN = Buffer.of(0xff, 0xda);

function distance(left: Uint8Array, right: Uint8Array): number {
  expect(left.length).toBe(right.length);
  return left.reduce((sum, value, index) => sum + Math.abs(value - (right[index] ?? 0)), 0) / left.length;
}

const image = (width = 301, height = 203) => patternImage(width, height);
const plain = await image().jpeg({ quality: 90 }).toBuffer();

const kinds: Readonly<Record<string, Sharp>> = {
  baseline: image().jpeg({ quality: 90 }),
  'of full colour resolution': image().jpeg({ chromaSubsampling: '4:4:4' }),
  grey: image().greyscale().toColourspace('b-w').jpeg(),
  'of few pixels': image(9, 5).jpeg(),
  'that is tall': image(70, 400).jpeg(),
  'that is wide': image(900, 60).jpeg(),
  'with a colour profile': image().withIccProfile('p3').jpeg(),
};

/** With so many copies of its last scan. */
function repeatLastScan(file: Buffer, times: number): Buffer {
  const scan = file.subarray(file.lastIndexOf(START_OF_SCAN), -2);
  return Buffer.concat([file.subarray(0, -2), ...Array.from({ length: times }, () => scan), file.subarray(-2)]);
}

/** Whole by its markers as a rule; a few bytes of it are others. */
function damage(file: Buffer, seed: number): Buffer {
  const damaged = Buffer.from(file);
  for (let at = 0, number = seed * 7919 + 1; at < 4; at += 1) {
    number = (number * 48_271) % 2_147_483_647;
    damaged[DAMAGED_FROM + (number % (file.length - DAMAGED_FROM - 2))] = number % 256;
  }
  return damaged;
}

const frame = plain.indexOf(Buffer.of(0xff, 0xc0));
const others: readonly (readonly [string, Buffer])[] = [
  ['another format', await image().png().toBuffer()],
  ['inks', await image().toColourspace('cmyk').jpeg().toBuffer()],
  ['a file that is cut short', plain.subarray(0, plain.length / 2)],
  ['nothing', Buffer.alloc(0)],
  ['one that is progressive', await image().jpeg({ progressive: true }).toBuffer()],
  ['scans without end', repeatLastScan(plain, 120)],
  [
    'more pixels than a thread has room for',
    await sharp({ create: { width: 5001, height: 5000, channels: 3, background: '#123456' } })
      .jpeg()
      .toBuffer(),
  ],
  [
    'a frame that names no component',
    Buffer.concat([plain.subarray(0, frame + 10), Buffer.alloc(9, 200), plain.subarray(frame + 19)]),
  ],
];

describe('the decoder of ordinary JPEGs', () => {
  const cases = Object.keys(kinds).flatMap((kind) => Object.keys(RULES).map((rule) => ({ kind, rule })));
  it.each(cases)('makes of one $kind by $rule what libjpeg and Pillow make', async ({ kind, rule }) => {
    const file = (await kinds[kind]?.clone().toBuffer()) ?? Buffer.alloc(0);
    const preprocessing = RULES[rule] ?? SIZE;
    const decoded = decodeJpeg(file, preprocessing);
    expect(distance(decoded?.pixels ?? new Uint8Array(), await decodeImage(file, preprocessing, 'exact'))).toBeLessThan(0.5); // prettier-ignore
    const { width, height } = await sharp(file).metadata();
    expect(decoded?.aspectRatio).toBe(Math.fround(width / height));
  });

  it.each([2, 3, 4, 5, 6, 7, 8])(
    'turns one of EXIF orientation %i upright before its rule applies',
    async (orientation) => {
      // Of odd sizes, so that a centre is half a pixel off to one side.
      const file = await image()
        .withMetadata({ orientation })
        .jpeg({ chromaSubsampling: '4:4:4', quality: 95 })
        .toBuffer();
      for (const rule of Object.values(RULES)) {
        const pixels = decodeJpeg(file, rule)?.pixels ?? new Uint8Array();
        expect(distance(pixels, await decodeImage(file, rule, 'exact'))).toBeLessThan(0.5);
      }
      expect(decodeJpeg(file, SIZE)?.aspectRatio).toBe(Math.fround(orientation < 5 ? 301 / 203 : 203 / 301));
    },
  );

  it.each(others)('leaves %s to the other decoder', (_, file) => {
    expect(decodeJpeg(file, SIZE)).toBeNull();
  });

  it.each([
    { kind: 'sequential', progressive: false },
    { kind: 'progressive', progressive: true },
  ])('takes no damaged $kind file that libjpeg refuses', async ({ progressive }) => {
    const file = await image().jpeg({ progressive }).toBuffer();
    const seeds = Array.from({ length: 300 }, (_, seed) => seed);
    const taken = seeds.filter((seed) => decodeJpeg(damage(file, seed), SIZE) !== null);
    const refused = await Promise.all(
      taken.map((seed) => sharp(damage(file, seed), { failOn: 'error' }).raw().toBuffer().then(() => [], () => [seed])), // prettier-ignore
    );
    expect(refused.flat()).toEqual([]);
  });
});
