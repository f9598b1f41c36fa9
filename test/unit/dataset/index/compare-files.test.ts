import { expect, it } from 'vitest';
import type { KnownFile } from '../../../../src/engine/dataset/examine-file.ts';
import { compareFiles, type FileChanges } from '../../../../src/engine/dataset/index/compare-files.ts';

/** Files by path, of a content and a time: `a.png`, `x1`; content `!` is no image. */
function files(contents: Readonly<Record<string, string>>): ReadonlyMap<string, KnownFile> {
  return new Map(
    Object.entries(contents).map(([path, content]): [string, KnownFile] => {
      const state = { bytes: 10, modified: Number(content.slice(1)), changed: 1 };
      const hash = content.slice(0, 1);
      return [
        path,
        hash === '!' ? { state, contentHash: null, problem: 'no image' } : { state, contentHash: hash, problem: null },
      ];
    }),
  );
}

const nothing: FileChanges = { added: [], changed: [], moved: [], removed: [], touched: [] };

interface Case {
  readonly what: string;
  readonly known: Readonly<Record<string, string>>;
  readonly found: Readonly<Record<string, string>>;
  readonly gone?: readonly string[];
  readonly expected: Partial<FileChanges>;
}

it.each<Case>([
  { what: 'nothing changed', known: { a: 'x1', b: '!1' }, found: { a: 'x1', b: '!1' }, expected: {} },
  { what: 'a file came', known: { a: 'x1' }, found: { a: 'x1', b: 'y1' }, expected: { added: ['b'] } },
  { what: 'a file went', known: { a: 'x1', b: 'y1' }, found: { a: 'x1' }, gone: ['b'], expected: { removed: ['b'] } },
  { what: 'a file is there but was not looked at', known: { a: 'x1', b: 'y1' }, found: { a: 'x1' }, expected: {} },
  { what: 'a content changed', known: { a: 'x1' }, found: { a: 'y2' }, expected: { changed: ['a'] } },
  { what: 'an image became none', known: { a: 'x1' }, found: { a: '!2' }, expected: { changed: ['a'] } },
  { what: 'only a time changed', known: { a: 'x1' }, found: { a: 'x2' }, expected: { touched: ['a'] } },
  {
    what: 'a file was moved',
    known: { 'cat/a': 'x1' },
    found: { 'dog/b': 'x1' },
    gone: ['cat/a'],
    expected: { moved: [{ from: 'cat/a', to: 'dog/b' }] },
  },
  {
    what: 'two copies were moved, each under its name',
    known: { 'cat/a': 'x1', 'cat/b': 'x1' },
    found: { 'dog/b': 'x1', 'dog/a': 'x1' },
    gone: ['cat/a', 'cat/b'],
    expected: {
      moved: [
        { from: 'cat/a', to: 'dog/a' },
        { from: 'cat/b', to: 'dog/b' },
      ],
    },
  },
  {
    what: 'a copy came of a file that stays',
    known: { a: 'x1' },
    found: { a: 'x1', b: 'x1' },
    expected: { added: ['b'] },
  },
  {
    what: 'one of two copies was renamed, the other went',
    known: { a: 'x1', b: 'x1' },
    found: { c: 'x1' },
    gone: ['a', 'b'],
    expected: { moved: [{ from: 'a', to: 'c' }], removed: ['b'] },
  },
  {
    what: 'two files changed places',
    known: { a: 'x1', b: 'y1' },
    found: { a: 'y1', b: 'x1' },
    expected: {
      moved: [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'a' },
      ],
    },
  },
  {
    what: 'the first of several went, and the others were numbered anew',
    known: { '1': 'x1', '2': 'y1', '3': 'z1' },
    found: { '1': 'y1', '2': 'z1' },
    gone: ['3'],
    expected: {
      moved: [
        { from: '3', to: '2' },
        { from: '2', to: '1' },
      ],
      removed: ['1'],
    },
  },
  {
    what: 'a file was moved, and another came in its place',
    known: { a: 'x1' },
    found: { a: 'y1', b: 'x1' },
    expected: { added: ['a'], moved: [{ from: 'a', to: 'b' }] },
  },
  {
    what: 'a file was overwritten by a copy of one that stays',
    known: { a: 'x1', b: 'y1' },
    found: { a: 'y2', b: 'y1' },
    expected: { changed: ['a'] },
  },
  {
    what: 'files that are no images are not followed',
    known: { a: '!1' },
    found: { b: '!1' },
    gone: ['a'],
    expected: { added: ['b'], removed: ['a'] },
  },
])('$what', ({ known, found, gone = [], expected }) => {
  expect(compareFiles(files(known), files(found), gone)).toEqual({ ...nothing, ...expected });
});
