import { describe, expect, it } from 'vitest';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { parseRule } from '../../../src/engine/freeze/rule.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import type { Layer, Network } from '../../../src/engine/network/layer.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import type { FreezeRule, Strategy } from '../../../src/shared/contract/plan.ts';
import { layerState } from '../../../src/shared/contract/run.ts';
import { expectError } from '../../support/expect-error.ts';
import { branchedNetwork } from '../../support/small-network.ts';

const base = findNetwork('mobilenet_v1_0.25_224').build();
const mobilenet = withHead(base, { classes: 2, dropout: 0.2 });
const branched = branchedNetwork();
const inception = withHead(findNetwork('inception_v3').build(), { classes: 2, dropout: 0, head: 'sigmoid' });
const resnet = withHead(findNetwork('resnet50').build(), { classes: 2, dropout: 0, head: 'sigmoid' });

const thaw = (pattern: string): FreezeRule => parseRule(pattern, 'thaw');
const freeze = (pattern: string): FreezeRule => parseRule(pattern, 'freeze');
const adapt = (pattern: string): FreezeRule => parseRule(pattern, 'thawStatistics');

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
    {
      name: 'Inception v3 below one sigmoid unit, the base frozen',
      network: inception,
      strategy: 'features',
      rules: [],
      trainable: 2049,
      cut: ['pooling'],
    },
    {
      name: 'ResNet50 below one sigmoid unit, the base frozen',
      network: resnet,
      strategy: 'features',
      rules: [],
      trainable: 2049,
      cut: ['pooling'],
    },
    {
      name: 'a block of parallel branches needs what all of them read',
      network: inception,
      strategy: 'features',
      rules: [thaw('mixed10')],
      // kernels without bias, and one beta a filter: 1x1, 1x1 then row and column, 1x1 and 3x3 then row and column, pool
      trainable: 2049 + 655_680 + (786_816 + 2 * 442_752) + (917_952 + 1_548_672 + 2 * 442_752) + 393_408,
      cut: ['mixed9'],
    },
    {
      name: 'one branch of a block leaves the others in the prefix',
      network: inception,
      strategy: 'features',
      rules: [thaw('conv2d_93')],
      trainable: 2049 + 2048 * 192,
      cut: ['average_pooling2d_8', 'activation_85', 'mixed9_1', 'concatenate_1'],
    },
    {
      name: 'a block beside its shortcut needs their common input alone',
      network: resnet,
      strategy: 'features',
      rules: [thaw('conv5_block2'), thaw('conv5_block3')],
      trainable: 2049 + 2 * (2048 * 512 + 512 * 512 * 9 + 512 * 2048 + 3 * 3072),
      cut: ['conv5_block1_out'],
    },
    {
      name: 'a sum above a trained shortcut needs both sides',
      network: resnet,
      strategy: 'features',
      rules: [thaw('conv5_block1_0_conv')],
      trainable: 2049 + 1024 * 2048 + 2048,
      cut: ['conv4_block6_out', 'conv5_block1_3_bn'],
    },
  ];
  it.each(cases)('$name', ({ network, strategy, rules, trainable, cut }) => {
    const plan = freezePlan(network, strategy, rules);
    expect(plan.parameters.trainable).toBe(trainable);
    expect(plan.cut).toEqual(cut);
    expect(plan.prefix.length > 0).toBe(cut.length > 0);
  });

  it('frozen parameters are those that Keras counts, statistics among them', () => {
    expect(freezePlan(inception, 'features', []).parameters).toEqual({ trainable: 2049, frozen: 21_802_784 });
    expect(freezePlan(resnet, 'features', []).parameters).toEqual({ trainable: 2049, frozen: 23_587_712 });
    expect(freezePlan(inception, 'finetune', []).parameters).toEqual({ trainable: 21_770_401, frozen: 34_432 });
    expect(freezePlan(resnet, 'finetune', []).parameters).toEqual({ trainable: 23_536_641, frozen: 53_120 });
  });

  it('parameters of both kinds add up to the network', () => {
    for (const strategy of ['features', 'finetune', 'scratch'] as const) {
      const { parameters } = freezePlan(mobilenet, strategy, []);
      expect(parameters.trainable + parameters.frozen).toBe(BASE + HEAD);
    }
  });

  it('rules may not leave nothing to train', async () => {
    await expectError(() => freezePlan(mobilenet, 'features', [freeze('logits')]), 'usage.invalid', 'at least one');
    await expectError(() => freezePlan(base, 'features', []), 'usage.invalid', "'last:2'");
  });

  it('a rule may not mean only layers without parameters', async () => {
    await expectError(() => freezePlan(mobilenet, 'features', [thaw('/_relu$/')]), 'usage.noMatch', '/_relu$/');
  });
});

describe('what keeps the boundary low is named', () => {
  const cases: readonly (readonly [
    string,
    Network,
    Strategy,
    readonly FreezeRule[],
    readonly string[],
    string | null,
  ])[] = [
    ['nothing, with the base frozen', mobilenet, 'features', [], ['pooling'], null],
    ['nothing, with all above it thawed', mobilenet, 'features', [thaw('from:block_12')], ['conv_pw_11_relu'], null],
    [
      'a BatchNorm that adapts',
      mobilenet,
      'features',
      [adapt('conv_pw_5_bn')],
      ['conv_pw_5'],
      "'conv_pw_5_bn' adapts its statistics to the images.",
    ],
    [
      'the lowest of several that adapt, before one that trains',
      inception,
      'features',
      [adapt('/./'), thaw('mixed10')],
      ['conv2d'],
      "'batch_normalization' adapts its statistics to the images.",
    ],
    [
      'a layer that trains below frozen ones',
      mobilenet,
      'features',
      [thaw('block_3')],
      ['conv_pw_2_relu'],
      "'conv_dw_3' trains below frozen layers.",
    ],
    ['a first layer that trains', mobilenet, 'finetune', [], [], "'conv1' trains at the bottom."],
    [
      'not a BatchNorm that adapts above the first layer that trains',
      mobilenet,
      'features',
      [thaw('from:block_3'), freeze('conv_pw_5_bn'), adapt('conv_pw_5_bn')],
      ['conv_pw_2_relu'],
      "'conv_dw_3' trains below frozen layers.",
    ],
  ];
  it.each(cases)('%s', (_, network, strategy, rules, cut, forbiddenBy) => {
    const plan = freezePlan(network, strategy, rules);
    expect(plan.cut).toEqual(cut);
    expect(plan.boundaryForbiddenBy).toBe(forbiddenBy);
    if (forbiddenBy !== null) expect(plan.explanation).toContain(`because ${forbiddenBy}`);
  });

  it('a frozen layer above a dropout', () => {
    const layers = branched.layers.flatMap((layer): Layer[] =>
      layer.name === 'branch_b'
        ? [
            { kind: 'dropout', rate: 0.5, name: 'inner', inputs: layer.inputs, block: 'block_1' },
            { ...layer, inputs: ['inner'] },
          ]
        : [layer],
    );
    const plan = freezePlan({ ...branched, layers }, 'features', []);
    expect(plan.cut).toEqual(['shortcut', 'branch_a_relu']);
    expect(plan.boundaryForbiddenBy).toBe("'inner' drops other features at each step.");
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

  it('leaves out a pooling beside branches that train: what it reads is cached anyway', () => {
    const { prefix, cut } = freezePlan(inception, 'features', [thaw('mixed3')]);
    expect(cut).toEqual(['mixed2']);
    expect(prefix).not.toContain('max_pooling2d_2');
    expect(freezePlan(inception, 'features', [thaw('mixed7')]).cut).toEqual(['mixed6']);
  });

  it('of a branched network is closed wherever it is cut', () => {
    for (const block of new Set(inception.layers.map((layer) => layer.block))) {
      if (block === 'input' || block === 'pooling') continue;
      const plan = freezePlan(inception, 'features', [thaw(block)]);
      const prefix = new Set(plan.prefix);
      const inside = inception.layers.filter((layer) => prefix.has(layer.name));
      expect(inside.every((layer) => layer.inputs.every((input) => prefix.has(input)))).toBe(true);
      const read = inception.layers.filter((layer) => !prefix.has(layer.name)).flatMap((layer) => layer.inputs);
      expect(plan.cut).toEqual(plan.prefix.filter((name) => read.includes(name)));
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
