import { describe, expect, it } from 'vitest';
import { randomGenerator } from '../../../../src/engine/training/random.ts';
import { corrupted, cropped, turned } from '../../../../src/engine/training/task/pixels.ts';

/** Each pixel's three bytes say where it is. */
function image(height: number, width: number): Uint8Array {
  return Uint8Array.from({ length: height * width * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return [Math.floor(pixel / width), pixel % width, 7][at % 3] ?? 0;
  });
}

function pixelsOf(bytes: Uint8Array): string[] {
  return Array.from({ length: bytes.length / 3 }, (_, pixel) => bytes.subarray(pixel * 3, pixel * 3 + 3).join());
}

describe('an image that is turned', () => {
  it('has its right upper corner at the left after a quarter, counter-clockwise', () => {
    const output = pixelsOf(turned(image(3, 3), 3, 1));
    expect([output[0], output[2], output[6], output[8]]).toEqual(['0,2,7', '2,2,7', '0,0,7', '2,0,7']);
  });

  it.each([0, 1, 2, 3])('by %i quarters and then the rest is what it was', (quarters) => {
    const whole = image(5, 5);
    expect(turned(turned(whole, 5, quarters), 5, (4 - quarters) % 4)).toEqual(whole);
  });

  it('by two quarters stands on its head', () => {
    expect(pixelsOf(turned(image(4, 4), 4, 2))).toEqual(pixelsOf(image(4, 4)).reverse());
  });
});

describe('an image that is corrupted', () => {
  const whole = image(12, 18);
  const outcomes = Array.from({ length: 40 }, (_, seed) =>
    corrupted(whole, { height: 12, width: 18 }, randomGenerator(seed)),
  );

  it('has its parts in other places, all of them, or specks in a quarter of it', () => {
    const counts = outcomes.map((output) => {
      const before = pixelsOf(whole);
      const after = pixelsOf(output);
      const isMoved = [...after].sort().join(' ') === [...before].sort().join(' ');
      return { isMoved, changed: after.filter((pixel, index) => pixel !== before[index]).length / before.length };
    });
    const [moved, speckled] = [counts.filter(({ isMoved }) => isMoved), counts.filter(({ isMoved }) => !isMoved)];
    expect(moved.length).toBeGreaterThan(8);
    expect(speckled.length).toBeGreaterThan(8);
    for (const { changed } of moved) expect(changed).toBe(1);
    for (const { changed } of speckled) {
      expect(changed).toBeGreaterThan(0.1);
      expect(changed).toBeLessThan(0.45);
    }
  });

  it('is the same for the same numbers, and leaves the image itself as it was', () => {
    expect(corrupted(whole, { height: 12, width: 18 }, randomGenerator(3))).toEqual(outcomes[3]);
    expect(whole).toEqual(image(12, 18));
  });

  it('is speckled where it has too few pixels for parts', () => {
    const outputs = Array.from({ length: 20 }, (_, seed) =>
      corrupted(image(1, 1), { height: 1, width: 1 }, randomGenerator(seed)),
    );
    expect(outputs.every((output) => output.length === 3)).toBe(true);
  });
});

describe('a part of an image', () => {
  it('is as large as the whole and lies within it, in order', () => {
    const whole = image(40, 40);
    for (let seed = 0; seed < 20; seed++) {
      const rows = Array.from(cropped(whole, { height: 40, width: 40 }, randomGenerator(seed))).filter(
        (_, at) => at % 3 === 0,
      );
      expect(rows.length).toBe(1600);
      expect(rows.every((row, at) => row >= (rows[at - 40] ?? 0))).toBe(true);
      expect((rows.at(-1) ?? 0) - (rows[0] ?? 0)).toBeGreaterThanOrEqual(22);
    }
  });

  it('of an image of one colour is that colour', () => {
    const plain = new Uint8Array(10 * 7 * 3).fill(93);
    expect(cropped(plain, { height: 10, width: 7 }, randomGenerator(1))).toEqual(plain);
  });
});
