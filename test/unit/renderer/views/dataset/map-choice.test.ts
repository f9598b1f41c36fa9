import { describe, expect, it } from 'vitest';
import { chosenAfter, classesOnMap } from '../../../../../src/renderer/views/dataset/map/map-choice.ts';

describe('choosing on a map', () => {
  it.each([
    { how: 'replace', chosen: [2, 3] },
    { how: 'add', chosen: [1, 2, 3] },
    { how: 'toggle', chosen: [1, 3] },
  ] as const)('makes of 1 and 2, with 2 and 3: $how', ({ how, chosen }) => {
    expect(chosenAfter([1, 2], [2, 3], how)).toEqual(chosen);
  });

  it('lists the classes that are on it, in their order, with their images', () => {
    const names = ['ant', 'bee', 'cat'];
    expect(classesOnMap(Int32Array.from([2, 0, 2, -1]), (index) => names[index] ?? 'none')).toEqual([
      { index: -1, name: 'none', images: 1 },
      { index: 0, name: 'ant', images: 1 },
      { index: 2, name: 'cat', images: 2 },
    ]);
  });
});
