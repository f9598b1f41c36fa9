import { describe, expect, it } from 'vitest';
import type { EvaluatedClass } from '../../../../../../src/shared/contract/evaluate.ts';
import { classRows, sortedOn } from '../../../../../../src/renderer/views/runs/evaluation/class-rows.ts';

const classOf = (name: string, recall: number | null, images: number): EvaluatedClass => ({
  name,
  images,
  predicted: images,
  correct: 0,
  precision: null,
  recall,
  f1: null,
  rocAuc: null,
  averagePrecision: null,
});
const classes = [classOf('class 10', 0.5, 4), classOf('class 2', null, 0), classOf('bees', 0.9, 9)];
const names = (sort: Parameters<typeof classRows>[1]) => classRows(classes, sort).map(({ name }) => name);

describe('figures by class', () => {
  it('stand in the order of the outputs at first, and keep their positions in any other', () => {
    expect(names(null)).toEqual(['class 10', 'class 2', 'bees']);
    expect(classRows(classes, { column: 'recall', descending: true }).map(({ position }) => position)).toEqual([
      2, 0, 1,
    ]);
  });

  it('have what is not known at the end, whichever way', () => {
    expect(names({ column: 'recall', descending: false })).toEqual(['class 10', 'bees', 'class 2']);
    expect(names({ column: 'recall', descending: true })).toEqual(['bees', 'class 10', 'class 2']);
  });

  it('are sorted by name as people count', () => {
    expect(names({ column: 'name', descending: false })).toEqual(['bees', 'class 2', 'class 10']);
  });

  it('are turned round by a second click', () => {
    const first = sortedOn(null, 'images');
    expect(first).toEqual({ column: 'images', descending: false });
    expect(sortedOn(first, 'images')).toEqual({ column: 'images', descending: true });
    expect(sortedOn(first, 'f1')).toEqual({ column: 'f1', descending: false });
  });
});
