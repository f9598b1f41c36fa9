import { writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { heatOverlay, layOver, valueAt } from '../../../src/engine/image/heat-overlay.ts';
import { heatPicture } from '../../../src/engine/image/heat-picture.ts';
import { uprightSize } from '../../../src/engine/image/seen-region.ts';
import { heatColour } from '../../../src/shared/image/heat-colours.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const map = { height: 1, width: 2, values: Float32Array.of(0, 1) };
const region = { left: 0.5, top: 0, width: 0.5, height: 1 };

describe('valueAt', () => {
  it('is that of a place in its middle, between two places between theirs, and beyond the last its own', () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((across) => valueAt(map, 0.5, across))).toEqual([0, 0, 0.5, 1, 1]);
  });
});

describe('layOver', () => {
  it('colours what the network saw and leaves the rest', () => {
    const pixels = new Uint8Array(4 * 3).fill(100);
    layOver(pixels, { width: 4, height: 1 }, { ...map, region }, 0.5);
    expect([...pixels.subarray(0, 6)]).toEqual([100, 100, 100, 100, 100, 100]);
    const mixed = (value: number) => heatColour(value).map((channel) => Math.round(50 + channel / 2));
    expect([...pixels.subarray(6, 9)]).toEqual(mixed(0));
    expect([...pixels.subarray(9)]).toEqual(mixed(1));
  });
});

describe('heatPicture', () => {
  it('has the colours of an overlay, and the size of the picture', async () => {
    const grey = sharp({ create: { width: 40, height: 20, channels: 3, background: '#808080' } });
    const values = Float32Array.of(1);
    const picture = await heatPicture(await grey.jpeg().toBuffer(), { height: 1, width: 1, values, region });
    const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([40, 20]);
    const [left, right] = [data.subarray(10 * 120, 10 * 120 + 3), data.subarray(10 * 120 + 108, 10 * 120 + 111)];
    heatColour(1).forEach((channel, at) => {
      expect(left[at]).toBeCloseTo(128, -1);
      expect(right[at]).toBeCloseTo(64 + channel / 2, -1);
    });
  });
});

describe('heatOverlay', () => {
  it('shows the image upright, no larger than asked for', async () => {
    const file = path.join(temporaryFolder(), 'turned.jpg');
    const image = sharp({ create: { width: 40, height: 20, channels: 3, background: '#808080' } });
    await image.withMetadata({ orientation: 6 }).jpeg().toFile(file);
    expect(await uprightSize(file)).toEqual({ width: 20, height: 40 });
    const whole = await sharp(await heatOverlay(file, { ...map, region }, { opacity: 1, longest: 100 })).metadata();
    expect([whole.format, whole.width, whole.height]).toEqual(['png', 20, 40]);
    const png = await heatOverlay(file, { ...map, region }, { opacity: 1, longest: 10 });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([5, 10]);
    expect([...data.subarray(12, 15)]).toEqual([...heatColour(valueAt(map, 0.05, 0.8))]);
  });

  it('says what is wrong with a file that is no image', async () => {
    const file = path.join(temporaryFolder(), 'no.png');
    writeFileSync(file, 'no picture');
    await expect(heatOverlay(file, { ...map, region }, { opacity: 1, longest: 10 })).rejects.toThrow(
      'the file is no image',
    );
    await expect(uprightSize(file)).rejects.toThrow('the file is no image');
  });
});
