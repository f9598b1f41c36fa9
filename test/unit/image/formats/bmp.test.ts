import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeImage, tryDecodeImage } from '../../../../src/engine/image/decode-image.ts';
import { decodeBmp } from '../../../../src/engine/image/formats/bmp.ts';
import { makeThumbnail } from '../../../../src/engine/image/thumbnail.ts';
import { scaleToUnitRange } from '../../../../src/engine/network/preprocessing.ts';
import { bmpFile, type BmpParts } from '../../../support/bmp-file.ts';
import { writeFiles } from '../../../support/pattern-image.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const temporary = temporaryFolder();

type Colour = readonly [number, number, number];
const red: Colour = [255, 0, 0];
const green: Colour = [0, 255, 0];
const blue: Colour = [0, 0, 255];
const white: Colour = [255, 255, 255];
const black: Colour = [0, 0, 0];
const palette = [black, red, green, blue, white];
/** 3 x 2, the upper row first. */
const picture = [red, green, blue, white, black, red];
const pixels = Uint8Array.from(picture.flat());
const reversed = (colour: Colour): number[] => [...colour].reverse();

const stored: readonly (readonly [string, BmpParts])[] = [
  // Rows are stored from the lowest to the uppermost, padded to four bytes.
  [
    '24 bits',
    {
      width: 3,
      height: 2,
      bits: 24,
      data: [...[white, black, red].flatMap(reversed), 0, 0, 0, ...[red, green, blue].flatMap(reversed), 0, 0, 0],
    },
  ],
  [
    '24 bits, the upper row first, the last padding missing',
    {
      width: 3,
      height: -2,
      bits: 24,
      data: [...[red, green, blue].flatMap(reversed), 0, 0, 0, ...[white, black, red].flatMap(reversed)],
    },
  ],
  [
    '32 bits, whose fourth byte is padding',
    { width: 3, height: -2, bits: 32, data: picture.flatMap((colour) => [...reversed(colour), 0]) },
  ],
  ['8 bits', { width: 3, height: 2, bits: 8, palette, data: [4, 0, 1, 0, 1, 2, 3, 0] }],
  [
    '8 bits with the header of OS/2',
    // That header counts no colours: all of them are there.
    {
      width: 3,
      height: 2,
      bits: 8,
      headerBytes: 12,
      palette: [...palette, ...Array.from({ length: 251 }, () => black)],
      data: [4, 0, 1, 0, 1, 2, 3, 0],
    },
  ],
  ['4 bits', { width: 3, height: 2, bits: 4, palette, data: [0x40, 0x10, 0, 0, 0x12, 0x30, 0, 0] }],
  [
    '16 bits of 5 each',
    {
      width: 3,
      height: -2,
      bits: 16,
      data: [0x00, 0x7c, 0xe0, 0x03, 0x1f, 0x00, 0, 0, 0xff, 0x7f, 0, 0, 0x00, 0x7c, 0, 0],
    },
  ],
  [
    '16 bits by masks',
    {
      width: 3,
      height: -2,
      bits: 16,
      compression: 3,
      masks: [0xf800, 0x07e0, 0x001f],
      data: [0x00, 0xf8, 0xe0, 0x07, 0x1f, 0x00, 0, 0, 0xff, 0xff, 0, 0, 0x00, 0xf8, 0, 0],
    },
  ],
  [
    '8 bits in runs',
    {
      width: 3,
      height: 2,
      bits: 8,
      compression: 1,
      palette,
      // Three runs and the end of the line; a literal stretch, padded, and the end of the image.
      data: [1, 4, 1, 0, 1, 1, 0, 0, 0, 3, 1, 2, 3, 0, 0, 1],
    },
  ],
  [
    '4 bits in runs',
    { width: 3, height: 2, bits: 4, compression: 2, palette, data: [3, 0x40, 0, 0, 0, 3, 0x12, 0x30, 0, 1] },
  ],
];

describe('a BMP', () => {
  test.each(stored)('of %s decodes to its pixels', (name, parts) => {
    const expected = name === '4 bits in runs' ? [red, green, blue, white, black, white] : picture;
    expect(decodeBmp(bmpFile(parts))).toEqual({
      pixels: Uint8Array.from(expected.flat()),
      width: 3,
      height: 2,
      channels: 3,
    });
  });

  test('of one bit takes its two colours from the palette', () => {
    const file = bmpFile({
      width: 10,
      height: 1,
      bits: 1,
      palette: [white, blue],
      data: [0b10100000, 0b01000000, 0, 0],
    });
    const expected = [blue, white, blue, white, white, white, white, white, white, blue];
    expect(decodeBmp(file).pixels).toEqual(Uint8Array.from(expected.flat()));
  });

  test('keeps its opacity where a mask says where it is, and lies over white then', async () => {
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    const data = [...reversed(red), 255, ...reversed(red), 0];
    const file = bmpFile({ width: 2, height: 1, bits: 32, compression: 3, headerBytes: 56, masks, data });
    expect(decodeBmp(file)).toMatchObject({ channels: 4, pixels: Uint8Array.from([...red, 255, ...red, 0]) });
    const shown = await decodeImage(file, { ...scaleToUnitRange(1, 2), resize: 'stretch' });
    expect(shown).toEqual(Uint8Array.from([...red, ...white]));
  });

  test('leaves what a jump passes over in the first colour', () => {
    const data = [1, 1, 0, 2, 1, 1, 1, 2, 0, 1];
    const file = bmpFile({ width: 3, height: 2, bits: 8, compression: 1, palette, data });
    expect(decodeBmp(file).pixels).toEqual(Uint8Array.from([black, black, green, red, black, black].flat()));
  });

  test('takes a count of colours beyond all reason for all that the bits tell apart', () => {
    const full = Array.from({ length: 256 }, (_, index) => palette[index] ?? black);
    const file = bmpFile({
      width: 3,
      height: 2,
      bits: 8,
      palette: full,
      colours: 0x12341234,
      data: [4, 0, 1, 0, 1, 2, 3, 0],
    });
    expect(decodeBmp(file).pixels).toEqual(pixels);
  });

  test('is seen by networks and in thumbnails as any other image, from a file too', async () => {
    const file = bmpFile({
      width: 3,
      height: -2,
      bits: 24,
      data: [...[red, green, blue].flatMap(reversed), 0, 0, 0, ...[white, black, red].flatMap(reversed)],
    });
    const folder = await writeFiles(temporary, { 'picture.jpg': file });
    const size = { ...scaleToUnitRange(2, 3), resize: 'stretch' } as const;
    for (const input of [file, path.join(folder, 'picture.jpg')])
      expect(await decodeImage(input, size)).toEqual(pixels);
    expect(await makeThumbnail(file, 100, 'picture.jpg')).toMatchObject({
      width: 3,
      height: 2,
      mediaType: 'image/jpeg',
    });
  });
});

const plain: BmpParts = { width: 3, height: 2, bits: 24, data: Array.from({ length: 24 }, () => 9) };

describe('what is wrong with a BMP is told before memory is taken for it', () => {
  test.each<readonly [string, Partial<BmpParts>, string]>([
    ['rows that are not there', { height: 3000 }, 'cut short'],
    ['more pixels than are decoded', { width: 60_000, height: 60_000 }, '134 million pixels'],
    ['runs for more pixels than they can fill', { width: 9000, height: 9000, bits: 8, compression: 1 }, 'cut short'],
    ['runs that end early', { bits: 8, compression: 1, height: 9, data: [1, 1, 0, 0] }, 'cut short'],
    ['no width', { width: 0 }, 'its size is 0 x 2'],
    ['pixels of 7 bits', { bits: 7 }, '7 bits'],
    ['a JPEG within', { compression: 4 }, 'rare kind of BMP'],
    ['colours whose bits are torn apart', { bits: 32, compression: 3, masks: [5, 0xff00, 0xff] }, 'torn apart'],
    ['no pixels at all', { data: [] }, 'cut short'],
  ])('%s', async (_, change, reason) => {
    const decoded = await tryDecodeImage(bmpFile({ ...plain, ...change }), scaleToUnitRange(4, 4));
    expect(decoded).toEqual({ kind: 'problem', reason: expect.stringContaining(reason) as string });
  });

  test('any beginning of a file is refused or decodes', () => {
    const whole = bmpFile({ width: 3, height: 2, bits: 8, palette, data: [4, 0, 1, 0, 1, 2, 3, 0] });
    for (let length = 18; length < whole.length - 1; length += 1) {
      expect(() => decodeBmp(whole.subarray(0, length)), String(length)).toThrow('cut short');
    }
  });
});
