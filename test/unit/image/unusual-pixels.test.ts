import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../../src/engine/image/decode-image.ts';
import { measureImage } from '../../../src/engine/image/measure-image.ts';
import { makeThumbnail } from '../../../src/engine/image/thumbnail.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const SIDE = 32;
const preprocessing = { ...scaleToUnitRange(SIDE, SIDE), resize: 'stretch' } as const;

/** A ramp from 0 to `most`, kept in 16 bits, as a TIFF. */
function rampTiff(most: number): Promise<Buffer> {
  const values = Uint16Array.from({ length: SIDE * SIDE }, (_, at) => Math.round((at * most) / (SIDE * SIDE - 1)));
  return sharp(values, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .toColourspace('grey16')
    .tiff({ compression: 'none' })
    .toBuffer();
}

describe('a grey TIFF of 16 bits', () => {
  test.each([
    [4095, 255],
    [65_535, 255],
    [694, 173],
  ])('that reaches %d is as bright as its bits say: up to %d', async (most, brightest) => {
    const pixels = await decodeImage(await rampTiff(most), preprocessing, 'exact');
    expect([pixels[0], pixels.at(-1)]).toEqual([0, brightest]);
  });

  test('is measured and shown as it is seen', async () => {
    const content = await rampTiff(4095);
    const files = await writeFiles(folder, { 'ramp.tif': content });
    const { measured } = await measureImage(`${files}/ramp.tif`);
    expect(measured).toMatchObject({ kind: 'measures', measures: { format: 'tiff', channels: 'grey', width: SIDE } });
    expect(measured.kind === 'measures' && measured.measures.contrast).toBeGreaterThan(50);
    const { bytes } = await makeThumbnail(content, SIDE, 'ramp.tif');
    const { channels } = await sharp(bytes).stats();
    expect(channels[0]?.max).toBeGreaterThan(240);
  });
});

describe('CMYK', () => {
  const inks = [200, 100, 50, 40] as const;
  const jpeg = (withProfile: boolean): Promise<Buffer> => {
    const pixels = Uint8Array.from({ length: SIDE * SIDE * 4 }, (_, at) => inks[at % 4] ?? 0);
    const image = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 4 } })
      .pipelineColourspace('cmyk')
      .toColourspace('cmyk');
    return (withProfile ? image.withIccProfile('cmyk') : image).jpeg({ quality: 100 }).toBuffer();
  };

  test('without a profile is what ink and black let through', async () => {
    const file = await jpeg(false);
    const { space, hasProfile } = await sharp(file).metadata();
    expect([space, hasProfile]).toEqual(['cmyk', false]);
    const { data } = await sharp(file).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer({ resolveWithObject: true }); // prettier-ignore
    const [cyan = 0, magenta = 0, yellow = 0, black = 0] = data;
    const light = (ink: number): number => Math.round(((255 - ink) * (255 - black)) / 255);
    const pixels = await decodeImage(file, preprocessing, 'exact');
    expect([...pixels.subarray(0, 3)]).toEqual([light(cyan), light(magenta), light(yellow)]);
  });
});
