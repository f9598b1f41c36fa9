import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';
import type { WeightsReference } from '../../../../src/shared/contract/plan-request.ts';
import type { WeightsMap } from '../../../../src/shared/contract/weights-mapping.ts';
import { ThawError } from '../../../../src/shared/errors/thaw-error.ts';
import { parseRules } from '../../../../src/renderer/state/mapping-rules.ts';
import { WeightsMapping } from '../../../../src/renderer/state/weights-mapping.svelte.ts';

const PAUSE = 200;
const FILE: WeightsReference = { kind: 'granted', grantId: 'file' };

interface Asked {
  readonly request: { readonly network: string; readonly weights: WeightsReference };
  readonly answer: (map: WeightsMap) => Promise<void>;
  readonly refuse: (error: unknown) => Promise<void>;
}

function table(path: string): WeightsMap {
  const counts = { loaded: 1, shape: 0, missing: 0, unexpected: 0 };
  return { network: 'small', path, format: 'npz', framework: null, problem: null, head: null, counts, rows: [] };
}

/** A controller whose engine answers when a test says so. */
function controlled(): { readonly mapping: WeightsMapping; readonly asked: readonly Asked[] } {
  const asked: Asked[] = [];
  const invoke = async (_name: string, request: Asked['request']): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<WeightsMap>();
    // What waits for the answer goes on before the test does.
    const settled = async (): Promise<void> => {
      await promise.catch(() => undefined);
      await Promise.resolve();
    };
    asked.push({
      request,
      answer: (map) => {
        resolve(map);
        return settled();
      },
      refuse: (error) => {
        reject(error);
        return settled();
      },
    });
    return promise;
  };
  return { mapping: new WeightsMapping({ invoke: invoke as Transport['invoke'] }, PAUSE), asked };
}

const strip = (prefix: string) => parseRules([`strip:${prefix}`]);

describe('the table of tensors', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is asked for when network or weights change, and not when they are the same', async () => {
    const { mapping, asked } = controlled();
    mapping.follow('small', FILE);
    expect(asked.map(({ request }) => request)).toEqual([{ network: 'small', weights: FILE }]);
    expect([mapping.pending, mapping.tried]).toEqual([true, false]);
    await asked[0]?.answer(table('one'));
    expect([mapping.map?.path, mapping.pending, mapping.tried]).toEqual(['one', false, true]);
    mapping.follow('small', { ...FILE });
    expect(asked).toHaveLength(1);
    mapping.follow('large', FILE);
    expect([asked.length, mapping.map]).toEqual([2, null]);
  });

  it('is that of the last question, whichever answer comes last', async () => {
    const { mapping, asked } = controlled();
    mapping.follow('small', FILE);
    mapping.follow('large', FILE);
    await asked[1]?.answer(table('second'));
    await asked[0]?.answer(table('first'));
    expect(mapping.map?.path).toBe('second');
    mapping.follow('small', FILE);
    mapping.follow('large', FILE);
    await asked[2]?.refuse(new ThawError('weights.unreadable', 'too late', ''));
    expect([mapping.failure, mapping.pending]).toEqual([null, true]);
  });

  it('is gone where nothing can be looked into any more', () => {
    const { mapping, asked } = controlled();
    mapping.follow('small', FILE);
    mapping.follow('small', null);
    expect([asked.length, mapping.map, mapping.pending]).toEqual([1, null, false]);
  });

  it('is asked anew once no more is written at the rules for a moment', async () => {
    const { mapping, asked } = controlled();
    mapping.follow('small', FILE);
    await asked[0]?.answer(table('one'));
    mapping.change(strip('b'));
    vi.advanceTimersByTime(PAUSE - 1);
    mapping.change(strip('back'));
    vi.advanceTimersByTime(PAUSE - 1);
    expect([asked.length, mapping.pending, mapping.changed]).toEqual([1, true, true]);
    vi.advanceTimersByTime(1);
    expect(asked[1]?.request.weights).toEqual({ ...FILE, mapping: ['strip:back'] });
    await asked[1]?.answer(table('stripped'));
    expect([mapping.map?.path, mapping.tried]).toEqual(['stripped', true]);
    expect(mapping.renamed).toEqual({ ...FILE, mapping: ['strip:back'] });
  });

  it('stays while a rule cannot be tried, which is not asked', async () => {
    const { mapping, asked } = controlled();
    mapping.follow('small', FILE);
    await asked[0]?.answer(table('one'));
    const [rule] = parseRules(['only:(']);
    mapping.change(rule ? [rule] : []);
    vi.advanceTimersByTime(PAUSE);
    expect([asked.length, mapping.sound, mapping.pending, mapping.tried]).toEqual([1, false, false, false]);
    expect(mapping.map?.path).toBe('one');
    expect(rule && mapping.problemOf(rule)).toMatch(/regular expression/i);
  });

  it('stays where the engine refuses the rules, told at the rule that it names', async () => {
    const { mapping, asked } = controlled();
    mapping.follow('small', FILE);
    await asked[0]?.answer(table('one'));
    const rules = parseRules(['strip:a', 'strip:b']);
    mapping.change(rules);
    vi.advanceTimersByTime(PAUSE);
    await asked[1]?.refuse(new ThawError('usage.invalid', "'strip:b' makes two names one.", ''));
    expect([mapping.map?.path, mapping.failure, mapping.tried]).toEqual(['one', null, false]);
    expect(rules.map((rule) => mapping.problemOf(rule))).toEqual([null, "'strip:b' makes two names one."]);
    mapping.discard();
    vi.advanceTimersByTime(PAUSE);
    await asked[2]?.answer(table('again'));
    expect([mapping.refusal, mapping.changed, mapping.map?.path]).toEqual([null, false, 'again']);
  });

  it.each([
    ['a file that cannot be read', new ThawError('weights.unreadable', 'cut short', '')],
    ['a usage error without rules', new ThawError('usage.invalid', 'no such weights', '')],
    ['a lost engine', new Error('gone')],
  ])('is replaced by the reason for %s, until it is asked again', async (_, error) => {
    const { mapping, asked } = controlled();
    mapping.follow('small', FILE);
    await asked[0]?.refuse(error);
    expect([mapping.failure, mapping.refusal, mapping.tried]).toEqual([error, null, false]);
    void mapping.load();
    await asked[1]?.answer(table('one'));
    expect([mapping.failure, mapping.map?.path]).toEqual([null, 'one']);
  });

  it('begins with the rules that the plan has, and follows them when they were applied', async () => {
    const { mapping, asked } = controlled();
    const ruled: WeightsReference = { ...FILE, mapping: ['strip:a'] };
    mapping.follow('small', ruled);
    expect([mapping.rules.map(({ text }) => text), mapping.changed]).toEqual([['a'], false]);
    await asked[0]?.answer(table('one'));
    mapping.change(strip('b'));
    expect(mapping.changed).toBe(true);
    mapping.follow('small', { ...FILE, mapping: ['strip:b'] });
    expect(mapping.changed).toBe(false);
  });

  it('has no names to rename in what ships or in a run', () => {
    const { mapping } = controlled();
    mapping.follow('small', { kind: 'shipped' });
    mapping.change(strip('a'));
    expect(mapping.renamed).toBeNull();
  });
});
