import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freezePlan } from '../../../../src/engine/freeze/freeze-plan.ts';
import type { Network } from '../../../../src/engine/network/layer.ts';
import { withHead } from '../../../../src/engine/network/head.ts';
import { findNetwork } from '../../../../src/engine/network/registry.ts';
import {
  addRules,
  addTargets,
  countParameters,
  freezeAllRules,
  layersOf,
  patternOf,
  reconcile,
  statisticsRules,
  thawAllRules,
  togglable,
  withState,
  withStatistics,
  type Target,
} from '../../../../src/renderer/state/layer-rules.ts';
import { blocksOf } from '../../../../src/renderer/state/tree-model.ts';
import type { FreezeRule, Strategy } from '../../../../src/shared/contract/plan.ts';
import type { LayerState } from '../../../../src/shared/contract/run.ts';

const NETWORKS = ['mobilenet_v1_0.25_96', 'inception_v3', 'resnet50'] as const;

const built = new Map<string, Network>();

function network(name: string): Network {
  const known = built.get(name) ?? withHead(findNetwork(name).build(), { classes: 2, dropout: 0.2, head: 'softmax' });
  built.set(name, known);
  return known;
}

function told(name: string, strategy: Strategy, rules: readonly FreezeRule[]): readonly LayerState[] {
  return freezePlan(network(name), strategy, rules).states;
}

/** Clicks on layers and blocks as the tree makes them, with what the window shows before the engine has answered. */
function clicked(
  name: string,
  strategy: Strategy,
  clicks: readonly { readonly at: number; readonly whole: boolean; readonly statistics: boolean }[],
): { readonly rules: readonly FreezeRule[]; readonly layers: readonly LayerState[] } {
  let layers = told(name, strategy, []);
  let rules: readonly FreezeRule[] = [];
  for (const { at, whole, statistics } of clicks) {
    const layer = layers[at % layers.length];
    const block = blocksOf(layers).find((candidate) => candidate.name === layer?.block);
    if (layer === undefined || block === undefined) continue;
    const target: Target = whole ? { kind: 'block', name: block.name, layers: block.layers } : { kind: 'layer', layer };
    if (statistics) {
      const moving = !layersOf([target]).some((one) => one.statistics === 'moving');
      rules = addRules(rules, statisticsRules(layersOf([target]), moving));
      layers = withStatistics(layers, layersOf([target]), moving);
      continue;
    }
    const own = togglable(layersOf([target]));
    if (own.length === 0) continue;
    const state = own.every((one) => one.state === 'trainable') ? 'frozen' : 'trainable';
    rules = addTargets(rules, [target], state === 'frozen' ? 'freeze' : 'thaw');
    layers = withState(layers, own, state);
  }
  return { rules, layers };
}

const clicks = fc.array(fc.record({ at: fc.nat(400), whole: fc.boolean(), statistics: fc.boolean() }), {
  maxLength: 12,
});

describe('what the tree shows at once', () => {
  it.each(NETWORKS)('is what the engine then says of the rules, for any clicks on %s', (name) => {
    fc.assert(
      fc.property(fc.constantFrom<Strategy>('features', 'finetune', 'scratch'), clicks, (strategy, made) => {
        const { rules, layers } = clicked(name, strategy, made);
        if (countParameters(layers).trainable === 0) return;
        const plan = freezePlan(network(name), strategy, rules);
        expect(layers).toEqual(plan.states);
        expect(countParameters(layers)).toEqual(plan.parameters);
      }),
      { numRuns: 20 },
    );
  });

  it("counts as Keras' summary does", () => {
    const base = withHead(findNetwork('inception_v3').build(), { classes: 2, dropout: 0, head: 'sigmoid' });
    expect(countParameters(freezePlan(base, 'features', []).states)).toEqual({ trainable: 2049, frozen: 21_802_784 });
  });
});

describe('the rules that clicks leave', () => {
  const freeze = (pattern: string): FreezeRule => ({ action: 'freeze', pattern });
  const thaw = (pattern: string): FreezeRule => ({ action: 'thaw', pattern });
  const keep = (pattern: string): FreezeRule => ({ action: 'freezeStatistics', pattern });
  const move = (pattern: string): FreezeRule => ({ action: 'thawStatistics', pattern });

  it.each([
    ['the last word about a pattern alone', [thaw('a'), freeze('b')], [freeze('a')], [freeze('b'), freeze('a')]],
    ['no word about statistics that freezing takes along', [keep('a')], [thaw('a')], [thaw('a')]],
    ['what was frozen where only statistics change', [freeze('a')], [move('a')], [freeze('a'), move('a')]],
    ['the last word about statistics', [keep('a')], [move('a')], [move('a')]],
    ['nothing of before where every layer is meant', [thaw('a'), keep('b')], [freeze('/./')], [freeze('/./')]],
  ])('hold %s', (_, before, added, after) => {
    expect(addRules(before, added)).toEqual(after);
  });

  it('name a block where that means all its layers, else its layers', () => {
    const layers = told('mobilenet_v1_0.25_96', 'features', []);
    const block: Target = { kind: 'block', name: 'block_3', layers: layers.filter((one) => one.block === 'block_3') };
    expect(addTargets([], [block], 'thaw')).toEqual([thaw('block_3')]);
    const pooled: Target = { ...block, name: 'conv_dw_3' };
    expect(addTargets([], [pooled], 'thaw')).toEqual(
      ['conv_dw_3', 'conv_dw_3_bn', 'conv_pw_3', 'conv_pw_3_bn'].map(thaw),
    );
  });

  it("hold a block's word instead of those of its layers", () => {
    const layers = told('mobilenet_v1_0.25_96', 'features', []).filter((one) => one.block === 'block_3');
    const before = [thaw('conv_dw_3'), keep('conv_pw_3_bn'), thaw('block_4')];
    expect(addTargets(before, [{ kind: 'block', name: 'block_3', layers }], 'freeze')).toEqual([
      thaw('block_4'),
      freeze('block_3'),
    ]);
  });

  it('freeze all but the new head, and thaw all', () => {
    const states = (rules: readonly FreezeRule[]) =>
      togglable(told('resnet50', 'finetune', rules)).map(({ block, state }) => [block === 'head', state] as const);
    expect(states(freezeAllRules(told('resnet50', 'finetune', [])))).toSatisfy((all: ReturnType<typeof states>) =>
      all.every(([head, state]) => head === (state === 'trainable')),
    );
    expect(states([freeze('/./'), ...thawAllRules()])).toSatisfy((all: ReturnType<typeof states>) =>
      all.every(([, state]) => state === 'trainable'),
    );
  });
});

describe('a typed pattern', () => {
  const layers = told('mobilenet_v1_0.25_96', 'features', []);

  it.each([
    ['block_12', 'block_12'],
    [' conv_dw_1 ', 'conv_dw_1'],
    ['last:4', 'last:4'],
    ['from:block_12', 'from:block_12'],
    ['/_dw_/', '/_dw_/'],
    ['conv_dw_(12|13)', 'conv_dw_(12|13)'],
    ['_dw_', '/_dw_/'],
  ])('%j becomes the rule %j', (typed, pattern) => {
    expect(patternOf(typed, layers)).toBe(pattern);
  });
});

describe('an answer of the engine', () => {
  it('leaves the objects of layers that did not change', () => {
    const before = told('mobilenet_v1_0.25_96', 'features', []);
    const after = told('mobilenet_v1_0.25_96', 'features', [{ action: 'thaw', pattern: 'conv_pw_13' }]);
    const merged = reconcile(before, after);
    expect(merged).toEqual(after);
    const changed = merged.filter((layer, index) => layer !== before[index]);
    expect(changed.map((layer) => layer.name)).toEqual(['conv_pw_13']);
  });
});
