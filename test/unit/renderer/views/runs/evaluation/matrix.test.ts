import { describe, expect, it } from 'vitest';
import type { RunEvaluation } from '../../../../../../src/shared/contract/evaluation.ts';
import { matrixRows, nextCell, topConfusions } from '../../../../../../src/renderer/views/runs/evaluation/matrix.ts';

const evaluation: RunEvaluation = {
  split: 'validation',
  epoch: 2,
  step: 8,
  images: 10,
  accuracy: 0.6,
  loss: 1,
  classes: [
    ['ants', 4],
    ['bees', 6],
    ['wasps', 0],
  ].map(([name, images]) => ({
    name: String(name),
    images: Number(images),
    predicted: 0,
    correct: 0,
    precision: null,
    recall: null,
    f1: null,
  })),
  confusion: [
    { label: 0, predicted: 0, images: 3 },
    { label: 0, predicted: 2, images: 1 },
    { label: 1, predicted: 0, images: 3 },
    { label: 1, predicted: 1, images: 3 },
  ],
};

describe('a confusion matrix', () => {
  it('has a row for each label, with the share of its images that was taken for each class', () => {
    const drawn = matrixRows(evaluation).map((row) => row.map(({ images, share }) => `${images} ${share}`));
    expect(drawn).toEqual([
      ['3 0.75', '0 0', '1 0.25'],
      ['3 0.5', '3 0.5', '0 0'],
      ['0 0', '0 0', '0 0'],
    ]);
  });

  it('tells what was mistaken most often first', () => {
    expect(topConfusions(evaluation).map(({ label, predicted, images }) => [label, predicted, images])).toEqual([
      [1, 0, 3],
      [0, 2, 1],
    ]);
  });

  it.each<[string, [number, number], [number, number] | null]>([
    ['ArrowRight', [0, 0], [0, 1]],
    ['ArrowRight', [0, 2], null],
    ['ArrowLeft', [1, 1], [1, 0]],
    ['ArrowUp', [0, 1], null],
    ['ArrowDown', [0, 1], [1, 1]],
    ['Home', [1, 2], [1, 0]],
    ['End', [1, 0], [1, 2]],
    ['a', [1, 0], null],
  ])('is walked through by keys: %s from %j', (key, [label, predicted], expected) => {
    const next = nextCell(key, { label, predicted }, 3);
    expect(next && [next.label, next.predicted]).toEqual(expected);
  });
});
