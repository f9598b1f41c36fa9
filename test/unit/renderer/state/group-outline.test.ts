import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GroupOutlineController } from '../../../../src/renderer/state/group-outline.svelte.ts';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';

describe('the groups of a pattern', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are asked for once keys have paused; a pattern that is none shows none', async () => {
    const asked: string[] = [];
    const invoke = async (_: string, { pattern }: { readonly pattern: string }): Promise<unknown> => {
      asked.push(pattern);
      if (pattern === '(') throw new Error('it does not parse');
      return Promise.resolve({ groups: 1, alone: 0, examples: [] });
    };
    const groups = new GroupOutlineController({ invoke: invoke as unknown as Transport['invoke'] });
    for (const typed of ['p', '(p', ' (p) ']) groups.ask('a dataset', typed);
    expect(groups.asking).toBe(true);
    await vi.runAllTimersAsync();
    expect([asked, groups.outline?.groups, groups.asking]).toEqual([['(p)'], 1, false]);
    groups.ask('a dataset', '(');
    await vi.runAllTimersAsync();
    expect([groups.outline, groups.asking]).toEqual([null, false]);
    groups.ask('a dataset', ' ');
    groups.ask(null, '(p)');
    await vi.runAllTimersAsync();
    expect([asked.length, groups.outline]).toEqual([2, null]);
  });
});
