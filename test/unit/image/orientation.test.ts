import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { storedRegion, turnedSize, turnUpright } from '../../../src/engine/image/orientation.ts';

const STORED = { width: 5, height: 3 };
const pixels = Uint8Array.from({ length: STORED.width * STORED.height * 3 }, (_, at) => at * 5);
const raw = (data: Uint8Array, { width, height }: typeof STORED) =>
  sharp(data, { raw: { width, height, channels: 3 } });

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('an image of EXIF orientation %i', (orientation) => {
  it('is turned as sharp turns it', async () => {
    const file = await raw(pixels, STORED).png().withMetadata({ orientation }).toBuffer();
    const { data, info } = await sharp(file).autoOrient().raw().toBuffer({ resolveWithObject: true });
    expect(turnedSize(STORED, orientation)).toEqual({ width: info.width, height: info.height });
    expect(Buffer.from(turnUpright(pixels, STORED, orientation)).equals(data)).toBe(true);
  });

  it('shows a region of the upright image in that of what is stored', async () => {
    const upright = turnedSize(STORED, orientation);
    const region = { left: 1, top: 0, width: upright.width - 2, height: upright.height - 1 };
    const own = storedRegion(region, STORED, orientation);
    const cut = await raw(pixels, STORED).extract(own).raw().toBuffer();
    const turned = turnUpright(new Uint8Array(cut), own, orientation);
    const whole = turnUpright(pixels, STORED, orientation);
    const expected = await raw(whole, upright).extract(region).raw().toBuffer();
    expect(Buffer.from(turned).equals(expected)).toBe(true);
  });
});
