import { describe, expect, it } from 'vitest';
import type { EvaluationReport } from '../../../../../../src/shared/contract/evaluate.ts';
import { calibrationPoints } from '../../../../../../src/renderer/views/runs/evaluation/calibration-points.ts';
import { filterRequest, filterWords } from '../../../../../../src/renderer/views/runs/evaluation/image-filter.ts';
import { confusedPart } from '../../../../../../src/renderer/views/runs/evaluation/matrix.ts';
import { sortedSlices } from '../../../../../../src/renderer/views/runs/evaluation/slice-rows.ts';

const plain = (text: string | null) => text?.replace(/[\u2066-\u2069]/gu, '');

describe('the bins of a reliability diagram', () => {
  it('stand where their images are, marked by how many those are', () => {
    const bin = (images: number, confidence: number | null, accuracy: number | null) => ({
      from: 0,
      to: 1,
      images,
      confidence,
      accuracy,
    });
    const points = calibrationPoints({
      bins: [bin(100, 0.9, 0.8), bin(0, null, null), bin(25, 0.5, 0.6), bin(1, 0.2, 0)],
    });
    expect(points.map(({ x, y }) => [x, y])).toEqual([
      [0.9, 0.8],
      [0.5, 0.6],
      [0.2, 0],
    ]);
    const [most = NaN, quarter = NaN, least = NaN] = points.map(({ radius }) => radius);
    expect(most / quarter).toBe(2);
    // Area by images would make it too small to be seen.
    expect(least).toBeGreaterThan(most / 10);
  });
});

describe('which images are shown', () => {
  const classes = ['ants', 'bees'];

  it('is said in words', () => {
    expect(filterWords({}, classes)).toBeNull();
    expect(plain(filterWords({ label: 0, predicted: 1 }, classes))).toBe('ants → bees');
    expect(plain(filterWords({ label: 1 }, classes))).toBe('Label bees');
    expect(plain(filterWords({ predicted: 0 }, classes))).toBe('Taken for ants');
    expect(plain(filterWords({ slice: { by: 'folder', name: 'b/c' } }, classes))).toBe('Folder b/c');
  });

  it('are wrong ones alone where the confidently wrong are asked for', () => {
    expect(filterRequest({ label: 1 }, 'confidentlyWrong')).toEqual({
      label: 1,
      order: 'confidentlyWrong',
      correct: false,
    });
    expect(filterRequest({ label: 1 }, 'loss')).toEqual({ label: 1, order: 'loss' });
  });
});

describe('slices', () => {
  it('stand by kind, the worst first', () => {
    const slice = (by: 'tag' | 'folder', name: string, value: number | null): EvaluationReport['slices'][number] => ({
      by,
      name,
      images: 1,
      accuracy: value === null ? null : { value, low: 0, high: 1 },
      logLoss: null,
    });
    const sorted = sortedSlices([
      slice('folder', 'good', 0.9),
      slice('folder', 'none', null),
      slice('folder', 'bad', 0.1),
      slice('tag', 'dark', 0.5),
    ]);
    expect(sorted.map(({ name }) => name)).toEqual(['dark', 'bad', 'good', 'none']);
  });
});

describe('a matrix of very many classes', () => {
  const whole = {
    classes: Array.from({ length: 50 }, (_, index) => ({ name: `c${index}`, images: 10 })),
    confusion: [
      { label: 40, predicted: 40, images: 9 },
      { label: 40, predicted: 3, images: 5 },
      { label: 3, predicted: 7, images: 4 },
      { label: 8, predicted: 9, images: 1 },
    ],
  };

  it('is of those that are confused most, at places of their own', () => {
    const part = confusedPart(whole, 4);
    expect(part.classes.map(({ name }) => name)).toEqual(['c3', 'c7', 'c40']);
    expect(part.confusion).toEqual([
      { label: 2, predicted: 2, images: 9 },
      { label: 2, predicted: 0, images: 5 },
      { label: 0, predicted: 1, images: 4 },
    ]);
  });

  it('is of all where they are few', () => {
    expect(confusedPart(whole, 50)).toBe(whole);
  });
});
