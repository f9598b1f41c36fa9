import { expect, test } from 'vitest';
import { RecentFirst } from '../../../../src/renderer/state/recent-first.ts';

const nobody = (): boolean => false;

function kept(capacity: number): { readonly store: RecentFirst<string>; readonly gone: string[] } {
  const gone: string[] = [];
  return { store: new RecentFirst<string>(capacity, (value) => gone.push(value)), gone };
}

test('lets go of what was unused for longest when the weight is too much', () => {
  const { store, gone } = kept(100);
  store.add('a', 'A', 40, nobody);
  store.add('b', 'B', 40, nobody);
  expect(store.get('a')).toBe('A');
  store.add('c', 'C', 40, nobody);
  expect(gone).toEqual(['B']);
  expect(store.get('b')).toBeUndefined();
  expect(store.weight).toBe(80);
});

test('keeps what is in use, even beyond its capacity', () => {
  const { store, gone } = kept(50);
  const inUse = (key: string): boolean => key !== 'b';
  store.add('a', 'A', 40, inUse);
  store.add('b', 'B', 40, inUse);
  store.add('c', 'C', 40, inUse);
  expect(gone).toEqual(['B']);
  expect(store.weight).toBe(80);
});

test('keeps the last one added, however heavy', () => {
  const { store, gone } = kept(10);
  store.add('a', 'A', 5, nobody);
  store.add('b', 'B', 500, nobody);
  expect(store.get('b')).toBe('B');
  expect(gone).toEqual(['A']);
});

test('lets go of a value that another of its key replaces, once', () => {
  const { store, gone } = kept(100);
  store.add('a', 'first', 10, nobody);
  store.add('a', 'second', 20, nobody);
  expect(gone).toEqual(['first']);
  expect(store.weight).toBe(20);
});
