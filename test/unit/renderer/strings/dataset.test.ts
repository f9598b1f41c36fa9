import { describe, expect, it } from 'vitest';
import { dataset } from '../../../../src/renderer/strings/dataset.ts';
import type { DatasetChange } from '../../../../src/shared/contract/dataset-edits.ts';

/** Without the marks that set names apart. */
const plain = (text: string) => text.replace(/[\u2066-\u2069]/gu, '');

describe('what was decided of images, in words', () => {
  it.each<[string, DatasetChange, number]>([
    ['6 images are bark now', { kind: 'class', className: 'bark' }, 6],
    ['1 image is bark now', { kind: 'class', className: 'bark' }, 1],
    ['2 images are in Validation now', { kind: 'split', split: 'validation' }, 2],
    ['1 image is divided as the others now', { kind: 'split', split: null }, 1],
    ['1,200 images excluded', { kind: 'exclude', excluded: true }, 1200],
    ['1 image tagged blurred', { kind: 'tag', tag: 'blurred', on: true }, 1],
    ['2 images are as in the folder again', { kind: 'reset' }, 2],
  ])('is told as: %s', (words, change, total) => {
    expect(plain(dataset.edits.done(change, total))).toBe(words);
  });

  it('is told of what was mended by what that did', () => {
    expect(dataset.edits.mended('Exclude 2 copies')).toBe('Mended: exclude 2 copies');
  });

  it.each([
    [12, 12, '12 images, whose classes are not known'],
    [1, 1, '1 image, whose class is not known'],
    [6, 12, '6 of 12 images without a class'],
  ])('leaves %d of %d images without a class, and says so', (unlabelled, total, words) => {
    expect(dataset.unlabelled(unlabelled, total)).toBe(words);
  });
});
