import { describe, expect, it } from 'vitest';
import type { PredictedImage } from '../../../../src/renderer/state/predicted-image.ts';
import {
  isUnsure,
  predictedClasses,
  shownPredictions,
  type PredictionFilter,
  type PredictionOrder,
} from '../../../../src/renderer/state/shown-predictions.ts';

const image = (key: string, prediction: PredictedImage['prediction']): PredictedImage => ({
  key,
  name: `${key}.jpg`,
  reference: { grantId: key },
  imageId: key,
  prediction,
});
const seen = (key: string, name: string, probability: number): PredictedImage =>
  image(key, { path: key, imageId: key, classes: [{ name, probability }], problem: null });

const images = [
  seen('a', 'cat', 0.5),
  image('waits', null),
  seen('b', 'dog', 0.9),
  image('broken', { path: 'broken', imageId: null, classes: [], problem: 'no image' }),
  seen('c', 'cat', 0.3),
  seen('d', 'cat', 0.5),
];

function keys(filter: PredictionFilter, order: PredictionOrder, below = 0): string[] {
  return shownPredictions(images, filter, order, below).map(({ key }) => key);
}

describe('the predictions that are shown', () => {
  it.each([
    ['given', ['a', 'waits', 'b', 'broken', 'c', 'd']],
    ['leastSure', ['c', 'a', 'd', 'b', 'waits', 'broken']],
    ['mostSure', ['b', 'a', 'd', 'c', 'waits', 'broken']],
  ] as const)('are in the order %s, equals as given and what was not seen last', (order, expected) => {
    expect(keys({ kind: 'all' }, order)).toEqual(expected);
  });

  it('are those of a class, those that are unsure, or those that failed', () => {
    expect(keys({ kind: 'class', name: 'cat' }, 'given')).toEqual(['a', 'c', 'd']);
    expect(keys({ kind: 'unsure' }, 'given', 0.5)).toEqual(['c']);
    expect(keys({ kind: 'unsure' }, 'given', 0.51)).toEqual(['a', 'c', 'd']);
    expect(keys({ kind: 'unsure' }, 'given', 0)).toEqual([]);
    expect(keys({ kind: 'unreadable' }, 'given')).toEqual(['broken']);
  });

  it('call nothing unsure that was not seen', () => {
    expect(images.map((one) => isUnsure(one, 1))).toEqual([true, false, true, false, true, true]);
  });

  it('leave the images themselves as they lie', () => {
    const before = [...images];
    shownPredictions(images, { kind: 'all' }, 'mostSure', 0);
    expect(images).toEqual(before);
  });

  it('are counted by class, the commonest first', () => {
    expect(predictedClasses(images)).toEqual([
      { name: 'cat', count: 3 },
      { name: 'dog', count: 1 },
    ]);
  });
});
