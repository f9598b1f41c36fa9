import { describe, expect, it } from 'vitest';
import { pairing } from '../../../../src/engine/training/task/pairs.ts';

const LABELS = Int32Array.of(0, 1, 0, 2, 1, 0, 2, 2, 0, 1);

function drawn(labels: Int32Array | null, count: number, seed = 4) {
  const pairOf = pairing(labels, count, seed);
  return [0, 1, 2, 3, 4, 5].map((epoch) => Array.from({ length: count }, (_, row) => pairOf(epoch, row)));
}

describe('pairs of labelled images', () => {
  const epochs = drawn(LABELS, LABELS.length);

  it('are alike by their classes, half of them in each epoch, and each image is in turn both', () => {
    for (const [epoch, pairs] of epochs.entries()) {
      expect(pairs.filter(({ alike }) => alike).length).toBe(5);
      for (const { first, second, alike } of pairs) {
        expect(LABELS[first] === LABELS[second]).toBe(alike);
        expect(second).not.toBe(first);
        expect(epochs[(epoch + 1) % 6]?.[first]?.alike).toBe(!alike);
      }
    }
  });

  it('are drawn by the seed alone, and others at another epoch', () => {
    expect(drawn(LABELS, LABELS.length)).toEqual(epochs);
    expect(drawn(LABELS, LABELS.length, 5)).not.toEqual(epochs);
    expect(epochs[2]).not.toEqual(epochs[0]);
  });

  it('reach every other image', () => {
    const pairOf = pairing(LABELS, LABELS.length, 1);
    const met = new Set(Array.from({ length: 400 }, (_, epoch) => pairOf(epoch, 4).second));
    expect([...met].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9]);
  });
});

describe('where there is no other', () => {
  it.each([
    ['of the class, an image is alike to itself', Int32Array.of(0, 1, 1), 0, 0, { second: 0, alike: true }],
    ['class, images are alike', Int32Array.of(0, 0, 0), 3, 0, { alike: true }],
  ] as const)('%s', (_, labels, epoch, row, expected) => {
    expect(pairing(labels, 3, 1)(epoch, row)).toMatchObject(expected);
  });

  it('class known, an image is alike to itself alone', () => {
    for (const pairs of drawn(null, 8)) {
      for (const { first, second, alike } of pairs) expect(first === second).toBe(alike);
      expect(pairs.filter(({ alike }) => alike).length).toBe(4);
    }
  });
});
