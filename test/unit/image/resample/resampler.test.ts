import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Region, Size } from '../../../../src/engine/image/framing.ts';
import { resample } from '../../../../src/engine/image/resample/resampler.ts';
import { plainResample } from '../../../support/plain-resample.ts';

function noise({ width, height }: Size, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // Much of it at the ends of the range, where filters overshoot.
    return Math.max(0, Math.min(255, (state >>> 23) - 128));
  });
}

function cutOut(pixels: Uint8Array, from: Size, { left, top, width, height }: Region): Uint8Array {
  return Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [column, row] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    return pixels[((top + row) * from.width + left + column) * 3 + (at % 3)] ?? 0;
  });
}

const size = (most: number) =>
  fc.record({ width: fc.integer({ min: 1, max: most }), height: fc.integer({ min: 1, max: most }) });
/** A region within, by shares of what is there. */
const share = fc.tuple(...Array.from({ length: 4 }, () => fc.double({ min: 0, max: 0.999, noNaN: true })));
function regionOf(whole: Size, [a = 0, b = 0, c = 0, d = 0]: readonly number[]): Region {
  const [left, top] = [Math.floor(a * whole.width), Math.floor(b * whole.height)];
  const width = 1 + Math.floor(c * (whole.width - left));
  return { left, top, width, height: 1 + Math.floor(d * (whole.height - top)) };
}
const kernel = fc.constantFrom('bilinear' as const, 'bicubic' as const);

describe('resampling', () => {
  it('gives what the definition gives, larger or smaller along either axis', () => {
    fc.assert(
      fc.property(size(70), size(40), kernel, fc.nat(), (from, to, own, seed) => {
        const pixels = noise(from, seed);
        expect(resample(pixels, from, { part: null, resized: to, crop: null }, own)).toEqual(
          plainResample(pixels, from, to, own),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('computes of a part what the whole part gives, and of a crop what the whole result shows there', () => {
    fc.assert(
      fc.property(size(60), size(40), share, share, kernel, fc.nat(), (from, to, partShare, cropShare, own, seed) => {
        const pixels = noise(from, seed);
        const [part, crop] = [regionOf(from, partShare), regionOf(to, cropShare)];
        const whole = plainResample(cutOut(pixels, from, part), part, to, own);
        expect(resample(pixels, from, { part, resized: to, crop }, own)).toEqual(cutOut(whole, to, crop));
      }),
      { numRuns: 60 },
    );
  });

  it('is right again after an image that needs more memory than is kept', () => {
    const [large, small] = [
      { width: 6000, height: 4000 },
      { width: 9, height: 7 },
    ];
    const wanted = { part: null, resized: { width: 5, height: 4 }, crop: null };
    expect(new Set(resample(new Uint8Array(large.width * large.height * 3).fill(77), large, wanted, 'bicubic'))).toEqual(new Set([77])); // prettier-ignore
    const pixels = noise(small, 3);
    expect(resample(pixels, small, wanted, 'bicubic')).toEqual(plainResample(pixels, small, wanted.resized, 'bicubic'));
  });
});
