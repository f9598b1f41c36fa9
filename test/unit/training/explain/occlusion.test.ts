import { describe, expect, it } from 'vitest';
import { scaleToUnitRange, subtractCaffeMean } from '../../../../src/engine/network/preprocessing.ts';
import { scaledToOne } from '../../../../src/engine/training/explain/heat-map.ts';
import { fallsOf, occluded, occlusionGrid } from '../../../../src/engine/training/explain/occlusion.ts';
import { MOST_OCCLUSIONS } from '../../../../src/shared/contract/explain.ts';

describe('occlusionGrid', () => {
  it('moves a square by half of itself over all of the input, its cells as large as the stride', () => {
    const grid = occlusionGrid({ height: 224, width: 224 }, 1 / 8, 1 / 2);
    expect([grid.rows, grid.columns]).toEqual([16, 16]);
    expect(grid.squares).toHaveLength(15 * 15);
    expect(grid.squares[0]).toEqual({ top: 0, left: 0, height: 28, width: 28 });
    expect(grid.squares.at(-1)).toEqual({ top: 196, left: 196, height: 28, width: 28 });
  });

  it.each([
    [{ height: 32, width: 32 }, 1, 1],
    [{ height: 75, width: 100 }, 0.3, 0.5],
    [{ height: 99, width: 50 }, 0.1, 1],
    [{ height: 7, width: 7 }, 0.02, 1],
  ])('covers each pixel of %o with squares of %d at %d', (size, patch, stride) => {
    const grid = occlusionGrid(size, patch, stride);
    const seen = new Uint8Array(size.height * size.width);
    for (const { top, left, height, width } of grid.squares) {
      expect(top + height).toBeLessThanOrEqual(size.height);
      expect(left + width).toBeLessThanOrEqual(size.width);
      for (let row = top; row < top + height; row += 1) {
        seen.fill(1, row * size.width + left, row * size.width + left + width);
      }
    }
    expect(seen.every((value) => value === 1)).toBe(true);
  });

  it('refuses more positions than anyone waits for', () => {
    expect(() => occlusionGrid({ height: 224, width: 224 }, 0.02, 0.5)).toThrow(
      `at most ${MOST_OCCLUSIONS} positions along a side`,
    );
  });
});

describe('fallsOf', () => {
  it('gives a cell the mean fall of the squares over it, a rise being none', () => {
    const grid = occlusionGrid({ height: 4, width: 8 }, 1, 1 / 2);
    expect([grid.rows, grid.columns]).toEqual([2, 4]);
    expect(grid.squares.map(({ left }) => left)).toEqual([0, 2, 4]);
    const falls = [...fallsOf(grid, 0.8, [0.2, 0.6, 0.95])];
    const row = [0.6, 0.4, 0.1, 0];
    [...row, ...row].forEach((value, cell) => expect(falls[cell]).toBeCloseTo(value, 6));
  });
});

describe('occluded', () => {
  it('greys a square with the mean colour of the network, and nothing else', () => {
    const preprocessing = subtractCaffeMean(3, 3);
    const pixels = new Uint8Array(27).fill(7);
    const grey = occluded(pixels, { top: 1, left: 2, height: 1, width: 1 }, preprocessing);
    expect([...grey.subarray(15, 18)]).toEqual([124, 117, 104]);
    expect(grey.filter((value) => value === 7)).toHaveLength(24);
    expect(pixels.every((value) => value === 7)).toBe(true);
  });

  it('takes the middle of what a pixel may be where the network says none', () => {
    const square = { top: 0, left: 0, height: 1, width: 1 };
    const raw = { ...scaleToUnitRange(1, 1), scale: 1, offset: 0 };
    expect([...occluded(new Uint8Array(3), square, raw)]).toEqual([128, 128, 128]);
    expect([...occluded(new Uint8Array(3), square, scaleToUnitRange(1, 1))]).toEqual([128, 128, 128]);
  });
});

describe('scaledToOne', () => {
  it('brings the largest value to 1 and tells it', () => {
    expect(scaledToOne(Float32Array.of(0, 2, 4))).toEqual({ values: Float32Array.of(0, 0.5, 1), largest: 4 });
  });

  it('leaves a map of nothing as it is', () => {
    expect(scaledToOne(new Float32Array(3))).toEqual({ values: new Float32Array(3), largest: 0 });
  });
});
