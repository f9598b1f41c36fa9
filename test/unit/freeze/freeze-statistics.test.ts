import { describe, expect, it } from 'vitest';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { parseRule } from '../../../src/engine/freeze/rule.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import type { FreezeRule, Strategy } from '../../../src/shared/contract/plan.ts';
import type { LayerState } from '../../../src/shared/contract/run.ts';
import { expectError } from '../../support/expect-error.ts';

const base = findNetwork('mobilenet_v1_0.25_224').build();
const mobilenet = withHead(base, { classes: 2, dropout: 0.2 });

const thaw = (pattern: string): FreezeRule => parseRule(pattern, 'thaw');
const freeze = (pattern: string): FreezeRule => parseRule(pattern, 'freeze');
const keep = (pattern: string): FreezeRule => parseRule(pattern, 'freezeStatistics');
const adapt = (pattern: string): FreezeRule => parseRule(pattern, 'thawStatistics');

describe("a BatchNorm's statistics have a state of their own", () => {
  const BATCH_NORM = 'conv_pw_5_bn';
  const cases: readonly (readonly [
    string,
    Strategy,
    readonly FreezeRule[],
    LayerState['state'],
    LayerState['statistics'],
  ])[] = [
    ['frozen by the strategy, they are kept', 'features', [], 'frozen', 'kept'],
    ['trained by the strategy, they move', 'finetune', [], 'trainable', 'moving'],
    ['frozen by a rule, they are kept', 'finetune', [freeze('block_5')], 'frozen', 'kept'],
    ['thawed by a rule, they move', 'features', [thaw('block_5')], 'trainable', 'moving'],
    ['kept while gamma and beta train', 'finetune', [keep('block_5')], 'trainable', 'kept'],
    ['moving while gamma and beta are frozen', 'features', [adapt(BATCH_NORM)], 'frozen', 'moving'],
    ['thawing after keeping moves them again', 'features', [keep('block_5'), thaw('block_5')], 'trainable', 'moving'],
    ['freezing after moving keeps them again', 'finetune', [adapt('block_5'), freeze('block_5')], 'frozen', 'kept'],
    ['the last of both wins', 'features', [adapt('/bn/'), keep(BATCH_NORM)], 'frozen', 'kept'],
  ];
  it.each(cases)('%s', (_, strategy, rules, state, statistics) => {
    const plan = freezePlan(mobilenet, strategy, rules);
    expect(plan.states.find(({ name }) => name === BATCH_NORM)).toMatchObject({ state, statistics });
    expect(plan.trainable.has(BATCH_NORM)).toBe(state === 'trainable');
    expect(plan.movingStatistics.has(BATCH_NORM)).toBe(statistics === 'moving');
  });

  it('and no other layer has any', () => {
    for (const rules of [[], [keep('/./')], [adapt('/./')]]) {
      const { states, movingStatistics } = freezePlan(mobilenet, 'finetune', rules);
      const withStatistics = states.filter(({ statistics }) => statistics !== null).map(({ kind }) => kind);
      expect(new Set(withStatistics)).toEqual(new Set(['batchNorm']));
      expect(withStatistics).toHaveLength(27);
      expect(movingStatistics.size).toBe(rules[0]?.action === 'freezeStatistics' ? 0 : 27);
    }
  });

  it('which change no count', () => {
    const counts = freezePlan(mobilenet, 'features', []).parameters;
    expect(freezePlan(mobilenet, 'features', [adapt('/./')]).parameters).toEqual(counts);
  });

  it('and a rule about them may not mean layers without', async () => {
    for (const rule of [keep('conv_pw_5'), adapt('logits')]) {
      await expectError(() => freezePlan(mobilenet, 'finetune', [rule]), 'usage.noMatch', rule.pattern, 'BatchNorm');
    }
  });

  it('and moving ones alone are nothing that trains', async () => {
    const rules = [freeze('logits'), adapt('/./')];
    await expectError(() => freezePlan(mobilenet, 'features', rules), 'usage.invalid', 'at least one');
  });
});
