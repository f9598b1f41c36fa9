import { describe, expect, test } from 'vitest';
import { searchGroups } from '../../../../src/engine/dataset/split/group-search.ts';
import { groupsOf } from '../../../../src/engine/dataset/split/groups.ts';
import { expectError } from '../../../support/expect-error.ts';

/** Over these no search for `(a+)+$` ends by itself. */
const endless = Array.from({ length: 3 }, (_, index) => `${'a'.repeat(60)}${index}!`);

describe('a search for groups', () => {
  test.each([
    ['(patient_\\d+)/', ['patient_1', 'patient_2', null]],
    ['\\d', ['1', '2', '3']],
    ['x*', [null, null, null]],
  ] as const)('finds what a pattern keeps together, and is remembered: %s', async (pattern, expected) => {
    const paths = ['patient_1/a.png', 'patient_2/a.png', 'other 3.png'];
    expect(await searchGroups(paths, pattern)).toEqual(expected);
    expect(groupsOf(paths.slice(1), pattern)).toEqual(expected.slice(1));
  });

  test('says nothing of paths that it was not asked of', async () => {
    await searchGroups(['1.png'], '\\d+');
    expect(groupsOf(['1.png', '22.png'], '\\d+')).toEqual(['1', '22']);
  });

  test('refuses a pattern that is none', () =>
    expectError(() => searchGroups(endless, '('), 'usage.invalid', 'does not parse'));

  test('that does not end holds nobody up until its time is over, and is not made again', async () => {
    let isOver = false;
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    const first = searchGroups(endless, '(a+)+$');
    const second = searchGroups(endless.slice(1), '(a+)+$');
    const refused = await first.catch((error: unknown) => error);
    isOver = true;
    expect(refused).toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining('was not over') as string,
    });
    expect(await second.catch((error: unknown) => error)).toBe(refused);
    expect(turns).toBeGreaterThan(100);
    expect(() => groupsOf(endless.slice(1), '(a+)+$')).toThrow('was not over');
    expect(() => groupsOf([], '(a+)+$')).toThrow('was not over');
  }, 60_000);

  test('is ended where others are begun after it', async () => {
    const patterns = ['(a+)+b', '(a+)+c', 'a{3}'];
    const [oldest, , newest] = patterns.map((pattern) =>
      searchGroups(endless, pattern).catch((error: unknown) => error),
    );
    expect(await oldest).toMatchObject({ code: 'task.cancelled' });
    expect(await newest).toEqual(['aaa', 'aaa', 'aaa']);
  }, 60_000);
});
