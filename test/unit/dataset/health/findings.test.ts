import { afterEach, expect, test, vi } from 'vitest';
import { healthFindings, type ExaminedImage } from '../../../../src/engine/dataset/health/findings.ts';

afterEach(() => vi.restoreAllMocks());

const GROUPS = 300;

/** Two images of one content each; every third pair is in two splits, every third in two classes. */
const pairs: readonly ExaminedImage[] = Array.from({ length: 2 * GROUPS }, (_, index): ExaminedImage => {
  const group = Math.floor(index / 2);
  const second = index % 2 === 1;
  return {
    imageId: `${index}`,
    path: `${index}.png`.padStart(12, '0'),
    className: group % 3 === 1 && second ? 'dog' : 'cat',
    split: group % 3 === 2 && second ? 'test' : 'train',
    contentHash: `content ${group}`,
    measured: { kind: 'problem', reason: 'not looked at' },
  };
});

test('copies are told once: as what leaks, as what conflicts, or as plain ones', () => {
  const found = new Map(healthFindings(pairs, []).map(({ kind, groups }) => [kind, groups]));
  const groupsOf = (kind: 'leaks' | 'conflicts' | 'duplicates'): (number | undefined)[] =>
    (found.get(kind) ?? []).map(([first]) => first && Number(first.imageId) / 2);
  const every = (rest: number): number[] => Array.from({ length: GROUPS / 3 }, (_, index) => index * 3 + rest);
  expect([groupsOf('duplicates'), groupsOf('conflicts'), groupsOf('leaks')]).toEqual([every(0), every(1), every(2)]);
});

test('no list of groups is searched for each group: there may be as many as images', () => {
  const searches = [vi.spyOn(Array.prototype, 'includes'), vi.spyOn(Array.prototype, 'indexOf')];
  healthFindings(pairs, []);
  const searched = searches.flatMap(({ mock }) => mock.contexts.map((list) => (Array.isArray(list) ? list.length : 0)));
  expect(searched.filter((length) => length >= GROUPS / 3)).toEqual([]);
});
