import { expect, test } from 'vitest';
import { findColumns } from '../../../../src/engine/dataset/manifest/columns.ts';
import { manifestRows } from '../../../../src/engine/dataset/manifest/manifest-rows.ts';
import type { ManifestColumns } from '../../../../src/shared/contract/dataset-structure.ts';
import { expectError } from '../../../support/expect-error.ts';

const asked = (columns: Partial<ManifestColumns>): ManifestColumns => ({
  path: null,
  label: null,
  split: null,
  ...columns,
});

test.each([
  [['file', 'label', 'species'], {}, { path: 'file', label: 'label', split: null }],
  [['file', 'label', 'species'], { label: 'species' }, { path: 'file', label: 'species', split: null }],
  [['where', 'what', 'when'], { path: 'where', label: 'what' }, { path: 'where', label: 'what', split: null }],
  [['path', 'class', 'split', 'fold'], { split: 'fold' }, { path: 'path', label: 'class', split: 'fold' }],
  [['where', 'label'], {}, null],
] as const)('of the columns %j with %j named', (names, columns, found) => {
  expect(findColumns(names, asked(columns), 'labels.csv')).toEqual(found);
});

test('a column that is not there is said, with those that are', () =>
  expectError(
    () => findColumns(['file', 'label'], asked({ label: 'Label' }), 'labels.csv'),
    'dataset.classes',
    "labels.csv has no 'Label': it has 'file', 'label'",
  ));

test.each([
  ['a.csv', 'where,what,label\na.png,cat,1\n'],
  ['a.jsonl', '{"where":"a.png","what":"cat","label":1}\n'],
])('%s is read by the columns that are named', (name, text) => {
  expect(manifestRows(text, { name, columns: asked({ path: 'where', label: 'what' }) })).toEqual([
    { line: name === 'a.csv' ? 2 : 1, path: 'a.png', kind: 'image', label: 'cat', split: null },
  ]);
});
