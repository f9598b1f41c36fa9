import { describe, expect, it } from 'vitest';
import { cutAt } from '../../../../src/engine/freeze/cut-at.ts';
import { freezePlan } from '../../../../src/engine/freeze/freeze-plan.ts';
import { withHead } from '../../../../src/engine/network/head.ts';
import { findNetwork } from '../../../../src/engine/network/registry.ts';
import { networkTensors } from '../../../../src/engine/network/shape.ts';
import {
  prefixKey,
  prefixWeightsHash,
  type PrefixDescription,
} from '../../../../src/engine/training/feature-cache/feature-key.ts';

const { build, preprocessing } = findNetwork('mobilenet_v1_0.25_32');
const network = withHead(build(), { classes: 2, dropout: 0.2 });
const tensorHashes = new Map(networkTensors(network).map(({ name }) => [name, `hash of ${name}`]));

const usual: PrefixDescription = {
  network,
  plan: freezePlan(network, 'features', []),
  preprocessing,
  precision: 'float32',
  tensorHashes,
  runtime: { tensorflow: '2.21.0', device: 'CPU' },
};

const otherHash = (tensor: string): ReadonlyMap<string, string> => new Map([...tensorHashes, [tensor, 'another']]);

describe('the key of a prefix', () => {
  it('is a SHA-256, and the same for the same prefix', () => {
    expect(prefixKey(usual)).toMatch(/^[0-9a-f]{64}$/);
    expect(prefixKey({ ...usual, tensorHashes: new Map(tensorHashes) })).toBe(prefixKey(usual));
  });

  it.each<readonly [string, Partial<PrefixDescription>]>([
    ['a weight of the prefix', { tensorHashes: otherHash('conv_pw_7/kernel') }],
    ['a moving statistic of the prefix', { tensorHashes: otherHash('conv_pw_7_bn/moving_mean') }],
    ['the preprocessing', { preprocessing: { ...preprocessing, channelOrder: 'bgr' } }],
    ['the way images are brought to size', { preprocessing: { ...preprocessing, resize: 'stretch' } }],
    ['the precision', { precision: 'bfloat16' }],
    ["TensorFlow's version", { runtime: { tensorflow: '2.20.0', device: 'CPU' } }],
    ['the device', { runtime: { tensorflow: '2.21.0', device: 'GPU' } }],
    ['the cut', { plan: cutAt(network, ['conv_pw_7_relu']) }],
  ])('is another where %s is another', (_, changes) => {
    expect(prefixKey({ ...usual, ...changes })).not.toBe(prefixKey(usual));
  });

  it.each(['logits/kernel', 'logits/bias'])('says nothing of %s, which lies above it', (tensor) => {
    expect(prefixKey({ ...usual, tensorHashes: otherHash(tensor) })).toBe(prefixKey(usual));
  });

  it('has weights that are known by their values alone', () => {
    const { prefix } = usual.plan;
    expect(prefixWeightsHash(prefix, otherHash('logits/kernel'))).toBe(prefixWeightsHash(prefix, tensorHashes));
    expect(prefixWeightsHash(prefix, otherHash('conv1/kernel'))).not.toBe(prefixWeightsHash(prefix, tensorHashes));
  });
});
