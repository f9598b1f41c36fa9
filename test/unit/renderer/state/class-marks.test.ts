import { describe, expect, it } from 'vitest';
import { MARK_SHAPES, markOf, shapePath } from '../../../../src/renderer/state/class-marks.ts';

describe('the marks of classes', () => {
  it('are different for 32 classes, each in colour and shape from the one before', () => {
    const marks = Array.from({ length: 32 }, (_, index) => markOf(index));
    expect(new Set(marks.map(({ colour, shape }) => `${colour} ${shape}`)).size).toBe(32);
    marks.slice(1).forEach(({ colour, shape }, index) => {
      expect(colour).not.toBe(marks[index]?.colour);
      // The first of a round follows the last of another: there the colour alone is new.
      if ((index + 1) % 8 !== 0) expect(shape).not.toBe(marks[index]?.shape);
    });
  });

  it('are grey where no class is known', () => {
    expect(markOf(-1)).toEqual({ colour: -1, shape: 'circle' });
  });

  it.each(MARK_SHAPES)('are a closed path: %s', (shape) => {
    expect(shapePath(shape, 4)).toMatch(/^M.*Z$/);
  });
});
