import { expect, it } from 'vitest';
import {
  areSameRules,
  areSameWeights,
  canBeRenamed,
  rulesOf,
  withRules,
} from '../../../../src/renderer/state/renamed-weights.ts';
import type { WeightsReference } from '../../../../src/shared/contract/plan-request.ts';

const file = { kind: 'granted', grantId: 'one' } as const;
const offered = { kind: 'published', name: 'one.h5' } as const;

it.each([
  [file, true],
  [offered, true],
  [{ kind: 'run', runId: 'one' }, false],
  [{ kind: 'shipped' }, false],
  [null, false],
] as const)('says of %j whether rules for names mean anything', (weights: WeightsReference | null, can) => {
  expect(canBeRenamed(weights)).toBe(can);
  expect(rulesOf(weights)).toEqual([]);
});

it.each([file, offered])('gives %j rules, and takes them without a trace', (weights) => {
  const renamed = withRules(weights, ['strip:a', 'add:b']);
  expect(renamed).toEqual({ ...weights, mapping: ['strip:a', 'add:b'] });
  expect(rulesOf(renamed)).toEqual(['strip:a', 'add:b']);
  expect(withRules(renamed, [])).toStrictEqual(weights);
});

it('tells other weights from the same under other rules', () => {
  expect(areSameWeights(withRules(file, ['strip:a']), file)).toBe(true);
  expect(areSameWeights(file, { ...file, grantId: 'two' })).toBe(false);
  expect(areSameWeights(file, offered)).toBe(false);
  expect(areSameWeights(file, null)).toBe(false);
  expect(areSameWeights(null, null)).toBe(true);
});

it.each([
  [['a', 'b'], ['a', 'b'], true],
  [['a', 'b'], ['b', 'a'], false],
  [['a\nb'], ['a', 'b'], false],
  [[], ['a'], false],
  [[], [], true],
])('compares the rules %j and %j in their order', (one, other, same) => {
  expect(areSameRules(one, other)).toBe(same);
});
