import { describe, expect, it } from 'vitest';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { rateFactors } from '../../../src/engine/freeze/rate-factors.ts';
import { withReused } from '../../../src/engine/freeze/reused-layers.ts';
import { matchLayers, parseRule } from '../../../src/engine/freeze/rule.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import type { Network } from '../../../src/engine/network/layer.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { expectError } from '../../support/expect-error.ts';
import { branchedNetwork } from '../../support/small-network.ts';

const mobilenet = withHead(findNetwork('mobilenet_v1_0.25_224').build(), { classes: 2, dropout: 0.2 });
const branched = branchedNetwork();
const inception = findNetwork('inception_v3').build();
/** In Keras' order, in which parallel branches alternate. */
const MIXED_3 = inception.layers.filter((layer) => layer.block === 'mixed3').map((layer) => layer.name);
const CONV1 = ['conv1', 'conv1_bn', 'conv1_relu'];
const BLOCK_13 = ['conv_dw_13', 'conv_dw_13_bn', 'conv_dw_13_relu', 'conv_pw_13', 'conv_pw_13_bn', 'conv_pw_13_relu'];
const HEAD = ['pooling', 'dropout', 'logits'];
const LAST_OF_INCEPTION = ['mixed9_1', 'concatenate_1', 'activation_93', 'mixed10'];

describe('a rule matches', () => {
  const cases: readonly (readonly [string, string, Network, readonly string[]])[] = [
    ['one layer by its name', 'conv_dw_13_bn', mobilenet, ['conv_dw_13_bn']],
    ['the layers of a block by its name', 'block_13', mobilenet, BLOCK_13],
    ['a layer before a block of the same name', 'stem', branched, ['stem']],
    ['a name with spaces around it', '  logits ', mobilenet, ['logits']],
    ['the last layers of any kind, head included', 'last:4', mobilenet, ['conv_pw_13_relu', ...HEAD]],
    ['a block and everything above it', 'from:block_13', mobilenet, [...BLOCK_13, ...HEAD]],
    ['a layer and everything above it', 'from:conv_pw_13_bn', mobilenet, [...BLOCK_13.slice(4), ...HEAD]],
    ['the head alone, from its first layer', 'from:dropout', mobilenet, ['dropout', 'logits']],
    ['a regex searched in layer names', '/^conv_pw_13_/', mobilenet, ['conv_pw_13_bn', 'conv_pw_13_relu']],
    ['a regex searched in block names', '/^head$/', mobilenet, ['dropout', 'logits']],
    ['bare text with metacharacters, as a regex', '^conv1(_|$)', mobilenet, CONV1],
    ['a block by the name of the layer that joins its branches', 'mixed3', inception, MIXED_3],
    ['the last layers in the order of Keras', 'last:4', inception, LAST_OF_INCEPTION],
    ['what a branch reaches, and not its sibling', 'from:branch_b', branched, ['branch_b', 'sum', 'sum_relu', ...HEAD]],
  ];
  it.each(cases)('%s: %s', (_, pattern, network, expected) => {
    expect([...matchLayers(pattern, network)]).toEqual(expected);
  });

  it('a name that holds a metacharacter by its name first', () => {
    const network: Network = {
      ...branched,
      layers: branched.layers.map((layer) => ({ ...layer, block: layer.block === 'stem' ? 'stem_0.25' : layer.block })),
    };
    expect([...matchLayers('stem_0.25', network)]).toEqual(['stem', 'stem_bn', 'stem_relu']);
  });

  it('all layers but the input with the largest N', () => {
    const count = mobilenet.layers.length - 1;
    expect(matchLayers(`last:${count}`, mobilenet).size).toBe(count);
  });
});

describe('a rule that matches nothing is an error', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['a mistyped layer, with what it may have meant', 'conv_dw_31', ['conv_dw_1', 'Did you mean']],
    ['a mistyped block', 'Block13', ["'block_13'"]],
    ['a name like no other, with the blocks there are', 'transformer_encoder', ['Blocks are', 'block_12']],
    ['a mistyped start', 'from:blok_12', ["'block_12'"]],
    ['a regex in no name', '/attention/', ['/attention/', 'Blocks are']],
    ['a bare regex in no name', 'atten.*', ['/atten.*/']],
    ['more layers than there are', 'last:1000', ["'last:88'"]],
  ];
  it.each(cases)('%s: %s', async (_, pattern, words) => {
    await expectError(() => matchLayers(pattern, mobilenet), 'usage.noMatch', ...words);
  });
});

describe('what is no rule is refused before any network is built', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['an empty one', '   ', 'empty'],
    ['a count that is none', 'last:few', "'last:few'"],
    ['a count of zero', 'last:0', "'last:0'"],
    ['a fraction', 'last:1.5', "'last:1.5'"],
    ['a start without a name', 'from:', "'from:'"],
    ['a regex that does not parse', '/conv(/', 'does not parse'],
    ['a regex that does not end', '/conv', "'/conv'"],
    ['a regex with flags', '/conv/i', 'without flags'],
    ['an empty regex', '//', "'//'"],
    ['a text without end', 'x'.repeat(501), '501 characters'],
  ];
  it.each(cases)('%s', async (_, pattern, word) => {
    await expectError(() => parseRule(pattern, 'thaw'), 'usage.invalid', word);
    await expectError(() => matchLayers(pattern, mobilenet), 'usage.invalid', word);
  });

  it('keeps action and pattern of one that is', () => {
    expect(parseRule(' from:block_12 ', 'thaw')).toEqual({ action: 'thaw', pattern: 'from:block_12' });
  });

  it('a bare regex that does not parse, once the names are known', async () => {
    await expectError(() => matchLayers('conv(', mobilenet), 'usage.invalid', 'does not parse');
  });
});

describe('a pattern that backtracks without end is stopped', () => {
  const long = { ...branched, layers: branched.layers.map((layer) => ({ ...layer, block: `${'a'.repeat(60)}!` })) };
  const trainable = new Set(long.layers.map(({ name }) => name));
  const places: readonly (readonly [string, (pattern: string) => unknown])[] = [
    ['of layers', (pattern) => matchLayers(pattern, long)],
    ['of what is frozen', (pattern) => freezePlan(long, 'finetune', [{ action: 'freeze', pattern }])],
    ['of what learns at another rate', (pattern) => rateFactors(long, trainable, [{ pattern, factor: 0.1 }])],
    ['of what is reused of weights', (pattern) => withReused(long, pattern)],
  ];
  it.each(places)('%s, between slashes or bare', async (_, use) => {
    for (const pattern of ['/^(a+)+$/', '^(a+)+$', '(a|a)*b']) {
      await expectError(() => use(pattern), 'usage.invalid', 'was not over after 500 ms', 'repetition');
    }
  });
});
