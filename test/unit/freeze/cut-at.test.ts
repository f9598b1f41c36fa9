import { describe, expect, it } from 'vitest';
import { cutAt } from '../../../src/engine/freeze/cut-at.ts';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork, listNetworks } from '../../../src/engine/network/registry.ts';
import { expectError } from '../../support/expect-error.ts';

const headed = (name: string) => withHead(findNetwork(name).build(), { classes: 2, dropout: 0.2 });

describe('a cut at a layer', () => {
  it('has below it all that the layer is computed from, and nothing else', () => {
    const network = headed('mobilenet_v1_0.25_32');
    const { prefix, cut } = cutAt(network, ['conv_dw_2']);
    expect(cut).toEqual(['conv_dw_2']);
    expect(prefix[0]).toBe('input_1');
    expect(prefix.at(-1)).toBe('conv_dw_2');
    expect(prefix).not.toContain('conv_dw_2_bn');
  });

  it('on a branch takes what the other branches need as well', () => {
    const network = headed('resnet50_32');
    expect(cutAt(network, ['conv2_block2_1_relu']).cut).toEqual(['conv2_block1_out', 'conv2_block2_1_relu']);
    expect(cutAt(network, ['conv2_block2_out']).cut).toEqual(['conv2_block2_out']);
  });

  it.each(listNetworks().map(({ name }) => name))('where the frozen prefix of %s ends is that prefix', (name) => {
    const network = headed(name);
    const { prefix, cut } = freezePlan(network, 'features', []);
    expect(cutAt(network, cut)).toEqual({ prefix, cut });
  });

  it('must be at a layer there is', async () => {
    const network = headed('mobilenet_v1_0.25_32');
    await expectError(() => cutAt(network, ['conv_pw_17']), 'usage.invalid', "'conv_pw_17'", 'Did you mean');
    await expectError(() => cutAt(network, ['x']), 'usage.invalid', "'logits'");
  });
});
