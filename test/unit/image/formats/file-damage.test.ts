import type { FormatEnum } from 'sharp';
import { describe, expect, test } from 'vitest';
import type { ImageFormat } from '../../../../src/engine/dataset/image-format.ts';
import { tryDecodeImage } from '../../../../src/engine/image/decode-image.ts';
import { fileDamage } from '../../../../src/engine/image/formats/file-damage.ts';
import { scaleToUnitRange } from '../../../../src/engine/network/preprocessing.ts';
import { patternImage } from '../../../support/pattern-image.ts';

const FORMATS = ['JPEG', 'PNG', 'GIF', 'TIFF', 'WebP', 'AVIF'] as const satisfies readonly ImageFormat[];
const encode = (format: (typeof FORMATS)[number]): Promise<Buffer> =>
  patternImage(80, 60)
    .toFormat(format.toLowerCase() as keyof FormatEnum)
    .toBuffer();

describe.each(FORMATS)('of a %s', (format) => {
  test('nothing is said where it is whole', async () => {
    expect(fileDamage(format, await encode(format))).toBeNull();
  });

  test('it is said that it was cut short, wherever that was', async () => {
    const whole = await encode(format);
    for (const share of [0.3, 0.6, 0.9]) {
      const cut = whole.subarray(0, Math.floor(whole.length * share));
      const decoded = await tryDecodeImage(cut, scaleToUnitRange(32, 32));
      expect(decoded.kind === 'problem' && decoded.reason, `${share}`).toMatch(/^the file is cut short: /);
    }
  });
});

test('a flipped byte of a PNG is told by the checksum of its part', async () => {
  const file = await encode('PNG');
  const at = file.indexOf('IDAT') + 20;
  file[at] = (file[at] ?? 0) ^ 0xff;
  expect(fileDamage('PNG', file)).toBe('the file is damaged: the checksum of its IDAT part is wrong');
});

test('a TIFF says how its pixels lie beyond its end', async () => {
  const file = await encode('TIFF');
  const directory = file.readUInt32LE(4);
  const entries = file.readUInt16LE(directory);
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + entry * 12;
    if (file.readUInt16LE(at) === 279) file.writeUInt32LE(0x7fff_ffff, at + 8);
  }
  expect(fileDamage('TIFF', file)).toBe('the file is cut short: some of its pixels are missing');
});

test('a GIF that claims more pixels than are decoded is refused for that', () => {
  const head = Buffer.from('GIF89a\0\0\0\0\0\0\0', 'latin1');
  head.writeUInt16LE(65_535, 6);
  head.writeUInt16LE(65_535, 8);
  expect(fileDamage('GIF', head)).toMatch(/million pixels/);
});

test.each(FORMATS)('any bytes after the beginning of a %s give an answer', async (format) => {
  const file = await encode(format);
  for (let seed = 1; seed < 40; seed += 1) {
    const broken = Buffer.from(file);
    for (let at = 8 + (seed % 5); at < broken.length; at += 7 * seed) broken[at] = (at * seed * 31) & 255;
    const found = fileDamage(format, broken);
    expect(found === null || found.length > 10).toBe(true);
  }
});
