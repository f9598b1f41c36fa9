import { describe, expect, it } from 'vitest';
import { heatColour } from '../../../src/shared/image/heat-colours.ts';

/** How light a colour looks: CIE 1976 L* of its luminance. */
function lightness(colour: readonly number[]): number {
  const linear = colour.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [red = 0, green = 0, blue = 0] = linear;
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance;
}

describe('heatColour', () => {
  it('grows lighter with the value, evenly, whatever colours are told apart', () => {
    const levels = Array.from({ length: 33 }, (_, step) => lightness(heatColour(step / 32)));
    const steps = levels.slice(1).map((level, index) => level - (levels[index] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(3);
    expect(levels[0]).toBeLessThan(20);
    expect(levels.at(-1)).toBeGreaterThan(85);
  });

  it('takes what lies outside for the nearer end, and no number for the least', () => {
    expect(heatColour(-3)).toEqual(heatColour(0));
    expect(heatColour(3)).toEqual(heatColour(1));
    expect(heatColour(NaN)).toEqual(heatColour(0));
  });
});
