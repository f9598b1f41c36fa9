import { describe, expect, it } from 'vitest';
import {
  classesShown,
  hasWrongWeight,
  MOST_CLASSES_SHOWN,
  readClassWeight,
  weightsOf,
} from '../../../../src/renderer/state/class-weights.ts';

describe('weights of classes as they are typed', () => {
  it.each([
    ['', 'empty'],
    ['0', 'value'],
    ['2.5', 'value'],
    ['1e6', 'value'],
    ['1000001', 'wrong'],
    ['-1', 'wrong'],
    ['1,5', 'wrong'],
    ['Infinity', 'wrong'],
  ])('%j is read as %s, as the plan takes it', (typed, kind) => {
    expect(readClassWeight(typed).kind).toBe(kind);
    expect(hasWrongWeight({ ant: '1', bee: typed })).toBe(kind === 'wrong');
  });

  it('are those of the dataset that is open, also where a class has the name of something else', () => {
    const typed = { ant: '2', wasp: 'x', ['constructor']: '3' };
    expect(weightsOf(typed, ['ant', 'bee', 'constructor', 'toString'])).toEqual({ ant: '2', ['constructor']: '3' });
  });

  it('are shown for as many classes as can be read, and found by name', () => {
    const classes = Array.from({ length: MOST_CLASSES_SHOWN + 5 }, (_, index) => ({ name: `Class ${index}` }));
    expect(classesShown(classes, '')).toMatchObject({ leftOut: 5 });
    expect(classesShown(classes, ' class 104')).toEqual({ shown: [{ name: 'Class 104' }], leftOut: 0 });
  });
});
