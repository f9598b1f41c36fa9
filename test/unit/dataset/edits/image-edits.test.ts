import { describe, expect, it } from 'vitest';
import { countEdits, stepWords } from '../../../../src/engine/dataset/edits/edit-words.ts';
import { changedEdit, NO_EDITS } from '../../../../src/engine/dataset/edits/image-edits.ts';
import {
  datasetChange,
  imageEdit,
  type DatasetChange,
  type ImageEdit,
} from '../../../../src/shared/contract/dataset-edits.ts';

const image = { path: 'cat/1.png', className: 'cat' };
const { path } = image;

describe('what is decided of an image', () => {
  it.each<[string, ImageEdit | null, DatasetChange, ImageEdit | null]>([
    ['another class', null, { kind: 'class', className: 'dog' }, { path, className: 'dog' }],
    ['the class of its folder again', { path, className: 'dog' }, { kind: 'class', className: 'cat' }, null],
    ['that it is left out', null, { kind: 'exclude', excluded: true }, { path, excluded: true }],
    ['that it is used again', { path, excluded: true }, { kind: 'exclude', excluded: false }, null],
    ['a tag', { path, tags: ['b'] }, { kind: 'tag', tag: 'a', on: true }, { path, tags: ['a', 'b'] }],
    ['a tag that it has', { path, tags: ['a'] }, { kind: 'tag', tag: 'a', on: true }, { path, tags: ['a'] }],
    ['a tag less', { path, tags: ['a', 'b'] }, { kind: 'tag', tag: 'a', on: false }, { path, tags: ['b'] }],
    ['its last tag less', { path, tags: ['a'] }, { kind: 'tag', tag: 'a', on: false }, null],
    [
      'a split',
      { path, className: 'dog' },
      { kind: 'split', split: 'test' },
      { path, className: 'dog', split: 'test' },
    ],
    ['no split of its own', { path, split: 'test' }, { kind: 'split', split: null }, null],
    ['nothing any more', { path, className: 'dog', excluded: true, tags: ['a'] }, { kind: 'reset' }, null],
  ])('is %s', (_, before, change, after) => {
    expect(changedEdit(before, image, change)).toEqual(after);
  });

  it('is a class where the folder says none', () => {
    const change = { kind: 'class', className: 'cat' } as const;
    expect(changedEdit(null, { path, className: null }, change)).toEqual({ path, className: 'cat' });
  });
});

it.each([
  [{ kind: 'class', className: ' cat' }, false],
  [{ kind: 'class', className: '' }, false],
  [{ kind: 'class', className: 'c\u0000at' }, false],
  [{ kind: 'class', className: 'a\nb' }, false],
  [{ kind: 'class', className: 'x'.repeat(201) }, false],
  [{ kind: 'class', className: 'c' }, true],
  [{ kind: 'class', className: '黒い猫 2' }, true],
  // With the sign by which Persian keeps letters apart.
  [{ kind: 'class', className: 'می\u200cخواهم' }, true],
  [{ kind: 'tag', tag: 'to check', on: true }, true],
  [{ kind: 'tag', tag: 'x'.repeat(61), on: true }, false],
  [{ kind: 'split', split: 'val' }, false],
  [{ kind: 'drop' }, false],
])('a change %j is accepted: %s', (change, accepted) => {
  expect(datasetChange.safeParse(change).success).toBe(accepted);
});

it('is said in words', () => {
  const edits: ImageEdit[] = [
    { path: 'a', className: 'dog', tags: ['odd'] },
    { path: 'b', className: 'dog' },
    { path: 'c', excluded: true },
    { path: 'd', split: 'validation' },
  ];
  expect(countEdits(new Map(edits.map((edit) => [edit.path, imageEdit.parse(edit)])))).toEqual({
    images: 4,
    relabelled: 2,
    excluded: 1,
    moved: 1,
    tagged: 1,
    words: '2 images relabelled, 1 excluded, 1 kept in a split, 1 tagged',
  });
  expect(countEdits(NO_EDITS).words).toBeNull();
  expect(stepWords({ kind: 'class', className: 'dog' }, 10_000)).toBe("Label 10,000 images 'dog'");
  expect(stepWords({ kind: 'exclude', excluded: true }, 1)).toBe('Exclude 1 image');
  expect(stepWords({ kind: 'split', split: 'test' }, 2)).toBe('Keep 2 images in test');
});
