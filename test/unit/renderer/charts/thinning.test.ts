import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thin } from '../../../../src/renderer/charts/thinning.ts';

const indices = (length: number): number[] => Array.from({ length }, (_, index) => index);

describe('the thinning of curves', () => {
  it('leaves a curve alone that is short enough', () => {
    const curve = { x: [1, 2, 3], y: [5, 6, 7] };
    expect(thin(curve, 4)).toBe(curve);
  });

  it('loses no spike, up or down', () => {
    const y = indices(10_000).map((index) => (index === 4321 ? 100 : index === 8765 ? -100 : Math.sin(index)));
    const thinned = thin({ x: indices(10_000), y }, 200);
    expect(thinned.x.length).toBeLessThanOrEqual(200);
    expect(thinned.y[thinned.x.indexOf(4321)]).toBe(100);
    expect(thinned.y[thinned.x.indexOf(8765)]).toBe(-100);
  });

  it('keeps points of the curve alone, in order, both ends and the extremes among them', () => {
    const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(values, fc.integer({ min: 4, max: 60 }), (y, most) => {
        const thinned = thin({ x: indices(y.length), y }, most);
        expect(thinned.x.length).toBeLessThanOrEqual(most);
        expect(thinned.x[0]).toBe(0);
        expect(thinned.x.at(-1)).toBe(y.length - 1);
        expect(Math.max(...thinned.y)).toBe(Math.max(...y));
        expect(Math.min(...thinned.y)).toBe(Math.min(...y));
        thinned.x.forEach((x, index) => {
          expect(thinned.y[index]).toBe(y[x]);
          if (index > 0) expect(x).toBeGreaterThan(thinned.x[index - 1] ?? Infinity);
        });
      }),
    );
  });

  it('keeps a long gap as a gap', () => {
    const y = indices(1000).map((index) => (index > 300 && index < 700 ? NaN : 1));
    const thinned = thin({ x: indices(1000), y }, 50);
    expect(thinned.y.some(Number.isNaN)).toBe(true);
  });

  it('refuses what no shape fits into', () => {
    expect(() => thin({ x: indices(9), y: indices(9) }, 3)).toThrow(RangeError);
  });
});
