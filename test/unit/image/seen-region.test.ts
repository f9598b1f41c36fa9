import { describe, expect, it } from 'vitest';
import { seenRegion } from '../../../src/engine/image/seen-region.ts';
import { resizeThenCrop, scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';

const WIDE = { width: 300, height: 100 };
const TALL = { width: 120, height: 240 };
const own = scaleToUnitRange(50, 50);

describe('seenRegion', () => {
  it('is all of an image that is stretched', () => {
    expect(seenRegion(WIDE, { ...own, resize: 'stretch' })).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  });

  it('is the centred part of an image that is cropped', () => {
    expect(seenRegion(WIDE, own)).toEqual({ left: 1 / 3, top: 0, width: 1 / 3, height: 1 });
    expect(seenRegion(TALL, own)).toEqual({ left: 0, top: 0.25, width: 1, height: 0.5 });
    expect(seenRegion({ width: 50, height: 50 }, own)).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  });

  it('is of an oblong input the part of its aspect ratio', () => {
    const found = seenRegion({ width: 100, height: 100 }, { ...own, height: 25 });
    expect(found).toEqual({ left: 0, top: 0.25, width: 1, height: 0.5 });
  });

  it('is what is left of an image that is resized and then cropped', () => {
    // 300 x 100 becomes 192 x 64, of which 50 x 50 are cut out from (71, 7).
    const found = seenRegion(WIDE, resizeThenCrop(own, 64));
    expect(found.left).toBeCloseTo(71 / 192, 9);
    expect(found.top).toBeCloseTo(7 / 64, 9);
    expect(found.width).toBeCloseTo(50 / 192, 9);
    expect(found.height).toBeCloseTo(50 / 64, 9);
  });

  it('counts from the whole of an image of which little is resized', () => {
    // Wider than four times its height: 400 of 1000 columns, from 300, are brought to 200 x 50.
    const found = seenRegion({ width: 1000, height: 100 }, resizeThenCrop(own, 50));
    expect(found.left).toBeCloseTo((300 + 75 * 2) / 1000, 9);
    expect(found.width).toBeCloseTo(0.1, 9);
    expect([found.top, found.height]).toEqual([0, 1]);
  });
});
