import { describe, expect, it } from 'vitest';
import { withHead } from '../../../../src/engine/network/head.ts';
import type { Layer, Network } from '../../../../src/engine/network/layer.ts';
import { findNetwork } from '../../../../src/engine/network/registry.ts';
import { layersMeant, mappedLayers } from '../../../../src/engine/training/explain/mapped-layers.ts';
import { branchedNetwork } from '../../../support/small-network.ts';

const headed = (name: string): Network => withHead(findNetwork(name).build(), { classes: 3, dropout: 0.1 });

describe('mappedLayers', () => {
  it('are those with places, the last one first, and not what has none', () => {
    expect(mappedLayers(branchedNetwork()).map(({ name }) => name)).toEqual([
      'sum_relu',
      'sum',
      'branch_b',
      'branch_a_relu',
      'branch_a',
      'shortcut',
      'stem_relu',
      'stem_bn',
      'stem',
    ]);
    expect(mappedLayers(branchedNetwork())[0]).toEqual({ name: 'sum_relu', kind: 'activation', height: 8, width: 8 });
  });

  it('are those of every part of a fused network, but not what only prepares its image', () => {
    const layers = mappedLayers(headed('fusion_mobilenet_v1_0.25_96+mobilenet_v2_0.35_96')).map(({ name }) => name);
    expect(layers.some((name) => name.startsWith('mobilenet_v1_0.25_96/'))).toBe(true);
    expect(layers.some((name) => name.startsWith('mobilenet_v2_0.35_96/'))).toBe(true);
    expect(layers).not.toContain('image');
  });

  it('leave out what lies below a graph from elsewhere, which has no gradients', () => {
    const network = branchedNetwork();
    const foreign: Layer = {
      kind: 'foreignGraph',
      graph: { nodes: [], constants: [], input: 'input', output: 'output' } as never,
      shape: [4, 4, 2],
      name: 'foreign',
      inputs: ['stem_relu'],
      block: 'foreign',
    };
    const at = network.layers.findIndex(({ name }) => name === 'shortcut');
    const layers = network.layers.flatMap((layer, index) =>
      index === at
        ? [foreign, { ...layer, inputs: ['foreign'] }]
        : layer.name === 'branch_a'
          ? [{ ...layer, inputs: ['foreign'] }]
          : [layer],
    );
    const names = mappedLayers({ ...network, layers }).map(({ name }) => name);
    expect(names).toContain('foreign');
    expect(names).toContain('branch_a');
    expect(names).not.toContain('stem_relu');
  });
});

describe('layersMeant', () => {
  it('are the last ones of each part of a fused network', () => {
    const fused = headed('fusion_mobilenet_v1_0.25_96+mobilenet_v2_0.35_96');
    expect(
      layersMeant(fused, null)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['mobilenet_v1_0.25_96/conv_pw_13_relu', 'mobilenet_v2_0.35_96/out_relu']);
  });

  it.each([
    ['resnet50_224', 'conv5_block3_out'],
    ['vgg16_224', 'block5_conv3'],
    ['mobilenet_v2_1.0_224', 'out_relu'],
    ['inception_v3_299', 'mixed10'],
    ['densenet121_224', 'relu'],
  ])('is of %s by default %s, the last before the pooling', (network, layer) => {
    expect(layersMeant(headed(network), null).map(({ name }) => name)).toEqual([layer]);
  });

  it('suggests the nearest name, and says what has no places', () => {
    expect(() => layersMeant(branchedNetwork(), 'sum_rel')).toThrow("'sum_rel' is none of its");
    expect(() => layersMeant(branchedNetwork(), 'pooling')).toThrow("that of 'pooling' is [4]");
  });
});
