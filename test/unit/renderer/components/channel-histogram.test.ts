import { describe, expect, it } from 'vitest';
import { shareAt, withoutEnds } from '../../../../src/renderer/components/channel-histogram.ts';

const counts = (...values: number[]) => Uint32Array.from(values);

describe('the histogram of a channel', () => {
  it.each([
    { title: 'a white background', of: counts(0, 4, 8, 900), drawn: [0, 4, 8, 8] },
    { title: 'a black frame', of: counts(900, 4, 8, 2), drawn: [8, 4, 8, 2] },
    { title: 'black and white alone', of: counts(5, 0, 0, 9), drawn: [5, 0, 0, 9] },
  ])('is not flattened by $title', ({ of, drawn }) => {
    expect([...withoutEnds(of)]).toEqual(drawn);
  });

  it('tells the share of a level', () => {
    expect(shareAt(counts(1, 0, 0, 3), 3)).toBe(0.75);
    expect(shareAt(counts(0, 0), 0)).toBe(0);
  });
});
