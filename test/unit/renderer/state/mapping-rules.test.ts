import { expect, it } from 'vitest';
import { withMappingRules } from '../../../../src/engine/weights/mapping/mapping-rule.ts';
import type { WeightsFile } from '../../../../src/engine/weights/weights-file.ts';
import {
  addRule,
  changeRule,
  expressionProblem,
  formatRule,
  formatRules,
  moveRule,
  parseRules,
  removeRule,
  type RuleDraft,
} from '../../../../src/renderer/state/mapping-rules.ts';

const rule = (kind: RuleDraft['kind'], text: string, replacement = ''): RuleDraft => ({
  id: 0,
  kind,
  text,
  replacement,
});

/** The names that the engine gives tensors under rules of the window. */
function renamed(names: readonly string[], rules: readonly RuleDraft[]): readonly string[] {
  const tensors = new Map(names.map((name) => [name, { storedName: name }]));
  return [...withMappingRules({ tensors } as unknown as WeightsFile, formatRules(rules)).tensors.keys()];
}

it.each([
  [rule('strip', 'backbone.'), 'strip:backbone.', ['conv', 'head.conv']],
  [rule('add', 'model/'), 'add:model/', ['model/backbone.conv', 'model/head.conv']],
  [rule('only', '^head'), 'only:^head', ['head.conv']],
  [rule('not', '^head'), 'not:^head', ['backbone.conv']],
  [rule('replace', '^(\\w+)\\.', '$1/'), '/^(\\w+)\\./$1\\//', ['backbone/conv', 'head/conv']],
])('is written as the engine reads it: %j', (draft, text, names) => {
  expect(formatRule(draft)).toBe(text);
  expect(parseRules([text])).toEqual([draft]);
  expect(renamed(['backbone.conv', 'head.conv'], [draft])).toEqual(names);
});

it('keeps slashes of an expression and of what takes its place', () => {
  const draft = rule('replace', '_norm/', '_bn/');
  expect(formatRule(draft)).toBe('/_norm\\//_bn\\//');
  expect(parseRules(['/_norm\\//_bn\\//'])).toEqual([draft]);
  expect(renamed(['conv_norm/gamma'], [draft])).toEqual(['conv_bn/gamma']);
});

it('says nothing while a rule is empty', () => {
  expect(formatRules([rule('strip', ''), rule('replace', '', 'x'), rule('add', 'a')])).toEqual(['add:a']);
});

it.each([
  [rule('replace', '(', ''), true],
  [rule('only', '['), true],
  [rule('not', 'a+'), false],
  [rule('replace', 'a/b', ''), false],
  [rule('strip', '('), false],
  [rule('replace', ''), false],
])('knows whether an expression can be one: %j', (draft, wrong) => {
  expect(expressionProblem(draft) !== null).toBe(wrong);
});

it('adds, changes, moves and removes rules, each known by its id', () => {
  const three = addRule(addRule(addRule([]), { kind: 'only', text: 'a' }), { kind: 'not' });
  expect(three.map(({ id, kind, text }) => [id, kind, text])).toEqual([
    [0, 'strip', ''],
    [1, 'only', 'a'],
    [2, 'not', ''],
  ]);
  const ids = (rules: readonly RuleDraft[]): readonly number[] => rules.map(({ id }) => id);
  expect(ids(moveRule(three, 2, -1))).toEqual([0, 2, 1]);
  expect(ids(moveRule(three, 0, 1))).toEqual([1, 0, 2]);
  expect(moveRule(three, 0, -1)).toBe(three);
  expect(moveRule(three, 2, 1)).toBe(three);
  expect(ids(removeRule(three, 1))).toEqual([0, 2]);
  expect(ids(addRule(removeRule(three, 2)))).toEqual([0, 1, 2]);
  expect(changeRule(three, 2, { text: 'b' })[2]).toEqual({ id: 2, kind: 'not', text: 'b', replacement: '' });
});
