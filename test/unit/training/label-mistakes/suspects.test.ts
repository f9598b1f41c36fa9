import { describe, expect, it } from 'vitest';
import { suspectsOf } from '../../../../src/engine/training/label-mistakes/suspects.ts';

const judge = (
  labels: readonly number[],
  rows: readonly (readonly number[])[],
  judged: (image: number) => boolean = () => true,
) =>
  suspectsOf({
    classes: rows[0]?.length ?? 0,
    labels: Int32Array.from(labels),
    probabilities: Float32Array.from(rows.flat()),
    judged,
  });

describe('labels that are hard to believe', () => {
  it('are those that another class outdoes, the least believable first', () => {
    const rows = [
      [0.9, 0.1],
      [0.45, 0.55],
      [0.1, 0.9],
      [0.2, 0.8],
      [0.95, 0.05],
    ];
    const found = judge([0, 0, 0, 1, 1], rows);
    expect(found.map(({ image, suggested }) => [image, suggested])).toEqual([
      [2, 1],
      [4, 0],
      [1, 1],
    ]);
    expect(found[0]?.labelProbability).toBeCloseTo(0.1, 6);
    expect(found[0]?.suggestedProbability).toBeCloseTo(0.9, 6);
  });

  it('are held against how sure images of a class are of it: one that is hard to tell is not suspected as a whole', () => {
    // Class 1 is believed little by all its images, class 0 by all its images much.
    const rows = [
      [0.9, 0.1],
      [0.9, 0.1],
      [0.9, 0.1],
      [0.3, 0.7],
      [0.7, 0.3],
      [0.7, 0.3],
      [0.7, 0.3],
    ];
    const [first, ...others] = judge([0, 0, 0, 0, 1, 1, 1], rows);
    expect(first?.image).toBe(3);
    expect(others.map(({ image }) => image)).toEqual([4, 5, 6]);
  });

  it('are none of a class of which nothing is known without the image, and none where all agree', () => {
    expect(
      judge(
        [0, 1],
        [
          [0.9, 0.1],
          [0.9, 0.1],
        ],
        (image) => image === 0,
      ),
    ).toEqual([]);
    expect(
      judge(
        [0, 1],
        [
          [0.9, 0.1],
          [0.1, 0.9],
        ],
      ),
    ).toEqual([]);
    // As probable as another is believed.
    expect(
      judge(
        [0, 1],
        [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
      ),
    ).toEqual([]);
  });
});
