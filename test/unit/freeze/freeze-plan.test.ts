import { describe, expect, it } from 'vitest';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { parseRule } from '../../../src/engine/freeze/rule.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import type { Network } from '../../../src/engine/network/layer.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import type { FreezeRule, Strategy } from '../../../src/shared/contract/plan.ts';
import { layerState } from '../../../src/shared/contract/run.ts';
import { expectError } from '../../support/expect-error.ts';
import { branchedNetwork } from '../../support/small-network.ts';

const base = findNetwork('mobilenet_v1_0.25_224').build();
const mobilenet = withHead(base, { classes: 2, dropout: 0.2 });
const branched = branchedNetwork();

const thaw = (pattern: string): FreezeRule => parseRule(pattern, 'thaw');
const freeze = (pattern: string): FreezeRule => parseRule(pattern, 'freeze');

/** 218,544 parameters without top, of which 5,472 are moving statistics (Keras' summary); the head has 514. */
const BASE = 218_544;
const STATISTICS = 5472;
const HEAD = 514;

describe('what trains is the strategy, then the rules in order', () => {
  const cases: readonly {
    readonly name: string;
    readonly network: Network;
    readonly strategy: Strategy;
    readonly rules: readonly FreezeRule[];
    readonly trainable: number;
    readonly cut: readonly string[];
  }[] = [
    {
      name: 'features: the head alone',
      network: mobilenet,
      strategy: 'features',
      rules: [],
      trainable: HEAD,
      cut: ['pooling'],
    },
    {
      name: 'finetune: everything but statistics',
      network: mobilenet,
      strategy: 'finetune',
      rules: [],
      trainable: BASE - STATISTICS + HEAD,
      cut: [],
    },
    {
      name: 'scratch: the same',
      network: mobilenet,
      strategy: 'scratch',
      rules: [],
      trainable: BASE - STATISTICS + HEAD,
      cut: [],
    },
    {
      name: 'features with a block thawed (128 to 256 channels, 2 BatchNorms)',
      network: mobilenet,
      strategy: 'features',
      rules: [thaw('block_12')],
      // depthwise 9 * 128, its BatchNorm 2 * 128, pointwise 128 * 256, its BatchNorm 2 * 256
      trainable: HEAD + 1152 + 256 + 32_768 + 512,
      cut: ['conv_pw_11_relu'],
    },
    {
      name: 'finetune with all frozen but the last blocks, by order',
      network: mobilenet,
      strategy: 'finetune',
      rules: [freeze('/./'), thaw('from:block_13')],
      trainable: HEAD + 2304 + 512 + 65_536 + 512,
      cut: ['conv_pw_12_relu'],
    },
    {
      name: 'the last rule wins',
      network: mobilenet,
      strategy: 'finetune',
      rules: [thaw('from:block_13'), freeze('/./'), thaw('logits')],
      trainable: HEAD,
      cut: ['pooling'],
    },
    {
      name: 'a BatchNorm thawed alone ends the prefix before itself',
      network: mobilenet,
      strategy: 'features',
      rules: [thaw('conv_pw_13_bn')],
      trainable: HEAD + 512,
      cut: ['conv_pw_13'],
    },
    {
      name: 'the first layer thawed leaves nothing to compute once',
      network: mobilenet,
      strategy: 'features',
      rules: [thaw('/^conv1$/')],
      trainable: HEAD + 216,
      cut: [],
    },
    {
      name: 'last:N reaches through the head',
      network: mobilenet,
      strategy: 'features',
      rules: [thaw('last:5')],
      trainable: HEAD + 512,
      cut: ['conv_pw_13'],
    },
    {
      name: 'a branch that trains leaves its sibling in the prefix',
      network: branched,
      strategy: 'features',
      rules: [thaw('branch_b')],
      trainable: 10 + 144,
      cut: ['shortcut', 'branch_a_relu'],
    },
    {
      name: 'a shortcut that trains needs its input too',
      network: branched,
      strategy: 'features',
      rules: [thaw('shortcut')],
      trainable: 10 + 144,
      cut: ['stem_relu', 'branch_b'],
    },
    {
      name: 'dropout ends the prefix, however frozen what follows',
      network: branched,
      strategy: 'features',
      rules: [],
      trainable: 10,
      cut: ['pooling'],
    },
  ];
  it.each(cases)('$name', ({ network, strategy, rules, trainable, cut }) => {
    const plan = freezePlan(network, strategy, rules);
    expect(plan.parameters.trainable).toBe(trainable);
    expect(plan.cut).toEqual(cut);
    expect(plan.prefix.length > 0).toBe(cut.length > 0);
  });

  it('parameters of both kinds add up to the network', () => {
    for (const strategy of ['features', 'finetune', 'scratch'] as const) {
      const { parameters } = freezePlan(mobilenet, strategy, []);
      expect(parameters.trainable + parameters.frozen).toBe(BASE + HEAD);
    }
  });

  it('rules may not leave nothing to train', async () => {
    await expectError(() => freezePlan(mobilenet, 'features', [freeze('logits')]), 'usage.invalid', 'at least one');
    await expectError(() => freezePlan(base, 'features', []), 'usage.invalid', '--thaw');
  });

  it('a rule may not mean only layers without parameters', async () => {
    await expectError(() => freezePlan(mobilenet, 'features', [thaw('/_relu$/')]), 'usage.noMatch', '/_relu$/');
  });
});

describe('the prefix', () => {
  it('is closed: every input of a layer in it is in it, and nothing in it trains or is random', () => {
    for (const name of mobilenet.layers.map((layer) => layer.name).filter((layer) => /\d$/.test(layer))) {
      if (name.startsWith('conv_pad') || name.startsWith('input')) continue;
      const plan = freezePlan(mobilenet, 'features', [thaw(`/^${name}$/`)]);
      const prefix = new Set(plan.prefix);
      for (const layer of mobilenet.layers.filter((candidate) => prefix.has(candidate.name))) {
        expect(layer.inputs.every((input) => prefix.has(input))).toBe(true);
        expect(plan.trainable.has(layer.name)).toBe(false);
        expect(layer.kind).not.toBe('dropout');
      }
      for (const edge of plan.cut) expect(prefix.has(edge)).toBe(true);
    }
  });

  it('leaves out a padding that only feeds what trains', () => {
    expect(freezePlan(mobilenet, 'features', [thaw('block_12')]).prefix.at(-1)).toBe('conv_pw_11_relu');
  });

  it('goes through a dropout of rate 0', () => {
    const layers = branched.layers.map((layer) => (layer.kind === 'dropout' ? { ...layer, rate: 0 } : layer));
    expect(freezePlan({ ...branched, layers }, 'features', []).cut).toEqual(['dropout']);
  });
});

it('every layer has a state that the contract accepts, and the counts of the states are the network', () => {
  const { states } = freezePlan(mobilenet, 'features', [thaw('block_13')]);
  expect(states.map((state) => state.name)).toEqual(mobilenet.layers.map((layer) => layer.name));
  expect(states.map((state) => layerState.parse(state))).toEqual(states);
  expect(states.reduce((sum, state) => sum + state.parameters, 0)).toBe(BASE + HEAD);
  expect(states.filter((state) => state.state === 'trainable').map((state) => state.name)).toEqual([
    'conv_dw_13',
    'conv_dw_13_bn',
    'conv_pw_13',
    'conv_pw_13_bn',
    'logits',
  ]);
});

describe('the plan says in a sentence', () => {
  it('what trains and what is computed once', () => {
    expect(freezePlan(mobilenet, 'features', []).explanation).toBe(
      "1 of 55 layers with parameters train (514 of 219,058 parameters), from 'logits' up; everything up to 'pooling' is frozen and computed once per image.",
    );
  });

  it('why nothing is computed once', () => {
    expect(freezePlan(mobilenet, 'finetune', []).explanation).toContain(
      "nothing is computed once per image, because 'conv1'",
    );
  });
});
