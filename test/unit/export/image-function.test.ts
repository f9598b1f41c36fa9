import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/engine/image/decode-image.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { framedByTensorflow, pixelDifference } from '../../support/framed-by-tensorflow.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();

/** Waves of colour: as a photograph, no pixel is far from those beside it. */
async function picture(width: number, height: number): Promise<Uint8Array> {
  const pixels = new Uint8Array(width * height * 3);
  for (let index = 0; index < pixels.length; index += 1) {
    const [x, y, channel] = [Math.floor(index / 3) % width, Math.floor(index / (3 * width)), index % 3];
    pixels[index] = Math.round(127 + 120 * Math.sin(x / 9 + channel) * Math.cos(y / 7));
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

const SIZES = [
  [200, 150],
  [150, 201],
  [20, 17],
  [500, 40],
  [7, 300],
] as const;
const FRAMINGS = [
  { height: 32, width: 32, resize: 'stretch', kernel: 'bilinear' },
  { height: 32, width: 48, resize: 'centerCrop', kernel: 'bicubic' },
  { height: 32, width: 48, resize: 'resizeThenCrop', shorterSide: 50, kernel: 'bilinear' },
  { height: 32, width: 32, resize: 'resizeThenCrop', shorterSide: 37, kernel: 'bicubic' },
] as const;

describe('what a SavedModel makes of image files', () => {
  it.each(FRAMINGS)('frames files of any size as Thaw does: $resize, $kernel', async (framing) => {
    const preprocessing = { ...scaleToUnitRange(framing.height, framing.width), ...framing };
    const files = await Promise.all(SIZES.map(([width, height]) => picture(width, height)));
    const found = framedByTensorflow(root, files, preprocessing);
    for (const [index, file] of files.entries()) {
      const expected = await decodeImage(file, preprocessing);
      const { most, mean } = pixelDifference(found[index] ?? new Float32Array(), expected);
      expect({ size: SIZES[index], near: mean < 1.5 && most < 16, most, mean }).toMatchObject({ near: true });
      // Another framing lies far away.
      const turned = await decodeImage(await sharp(file).rotate(180).png().toBuffer(), preprocessing);
      expect(pixelDifference(found[index] ?? new Float32Array(), turned).mean).toBeGreaterThan(5);
    }
  });

  it('cuts a line of pixels before it is resized, which would be gigabytes', async () => {
    const preprocessing = { ...scaleToUnitRange(32, 32), resize: 'resizeThenCrop', shorterSide: 37 } as const;
    const line = await picture(16_000, 1);
    const [found] = framedByTensorflow(root, [line], preprocessing);
    expect(pixelDifference(found ?? new Float32Array(), await decodeImage(line, preprocessing)).mean).toBeLessThan(1.5);
  });
});
