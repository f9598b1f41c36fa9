import { describe, expect, it } from 'vitest';
import type { EvaluationCurves } from '../../../../../../src/shared/contract/evaluate.ts';
import {
  atThreshold,
  bestThreshold,
  precisionPoints,
  rocPoints,
} from '../../../../../../src/renderer/views/runs/evaluation/thresholds.ts';

/** Four images of the class at 0.9, 0.8, 0.4 and 0.1, four others at 0.8, 0.3, 0.2 and 0.1. */
const curves: EvaluationCurves = {
  class: 1,
  positives: 4,
  negatives: 4,
  rocAuc: 0.75,
  averagePrecision: 0.8,
  points: [
    { threshold: 0.9, truePositives: 1, falsePositives: 0 },
    { threshold: 0.8, truePositives: 2, falsePositives: 1 },
    { threshold: 0.4, truePositives: 3, falsePositives: 1 },
    { threshold: 0.3, truePositives: 3, falsePositives: 2 },
    { threshold: 0.2, truePositives: 3, falsePositives: 3 },
    { threshold: 0.1, truePositives: 4, falsePositives: 4 },
  ],
};

describe('a threshold', () => {
  it('takes what reaches it for the class', () => {
    expect(atThreshold(curves, 0.5)).toEqual({
      truePositives: 2,
      falsePositives: 1,
      falseNegatives: 2,
      trueNegatives: 3,
      precision: 2 / 3,
      recall: 0.5,
      specificity: 0.75,
      f1: 4 / 7,
      accuracy: 5 / 8,
    });
    expect(atThreshold(curves, 0.8)).toMatchObject({ truePositives: 2, falsePositives: 1 });
    expect(atThreshold(curves, 0)).toMatchObject({ recall: 1, specificity: 0, precision: 0.5 });
  });

  it('above all probabilities takes none, of which no precision is known', () => {
    expect(atThreshold(curves, 0.95)).toMatchObject({ truePositives: 0, precision: null, recall: 0, specificity: 1 });
  });

  it('is best where F1 is greatest', () => {
    expect(bestThreshold(curves)).toBe(0.4);
    expect(bestThreshold({ ...curves, points: [] })).toBeNull();
    const endpoint = { threshold: 1.5, truePositives: 4, falsePositives: 0 };
    expect(bestThreshold({ ...curves, points: [endpoint] })).toBe(1);
  });
});

describe('the curves of a class', () => {
  it('go from one corner to the other, each rate of its own images', () => {
    const points = rocPoints(curves);
    expect(points[0]).toEqual({ x: 0, y: 0 });
    expect(points[2]).toEqual({ x: 0.25, y: 0.5 });
    expect(points.at(-1)).toEqual({ x: 1, y: 1 });
    expect(rocPoints({ ...curves, negatives: 0 })).toEqual([]);
  });

  it('have under their precision what average precision counts', () => {
    const points = precisionPoints(curves);
    let area = 0;
    points.forEach(({ x, y }, index) => (area += (x - (points[index - 1]?.x ?? 0)) * y));
    expect(area).toBeCloseTo(0.25 * (1 + 2 / 3 + 3 / 4 + 1 / 2), 12);
    expect(points.at(-1)).toEqual({ x: 1, y: 0.5 });
    expect(precisionPoints({ ...curves, positives: 0 })).toEqual([]);
  });
});
