import { describe, expect, it } from 'vitest';
import type { Network } from '../../../src/engine/network/layer.ts';
import { findNetwork, listNetworks } from '../../../src/engine/network/registry.ts';
import { elementCount, layerShapes, networkTensors } from '../../../src/engine/network/shape.ts';
import { expectError } from '../../support/expect-error.ts';

const names = listNetworks().map(({ name }) => name);

function parameters(network: Network): number {
  return networkTensors(network).reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

describe('every network of the registry', () => {
  it('has a name and aliases of its own', () => {
    const all = listNetworks().flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each(names)('%s fits together, with its classifier and without, under names used once', (name) => {
    const entry = findNetwork(name);
    for (const network of [entry.build(), entry.buildWithTop(7)]) {
      expect([network.name, network.family]).toEqual([entry.name, entry.family]);
      expect(new Set(network.layers.map((layer) => layer.name)).size).toBe(network.layers.length);
      const shapes = layerShapes(network);
      expect(shapes.get(network.output)?.length).toBe(network === entry.build() ? 3 : 1);
      const { height, width } = entry.preprocessing;
      expect(network.layers[0]).toMatchObject({ kind: 'input', shape: [height, width, 3] });
    }
    expect(layerShapes(entry.buildWithTop(7)).get(entry.buildWithTop(7).output)).toEqual([7]);
  });

  it.each(names)('%s lists the layers of a block together', (name) => {
    const blocks = findNetwork(name)
      .build()
      .layers.map((layer) => layer.block)
      .filter((block, index, all) => block !== all[index - 1]);
    expect(new Set(blocks).size).toBe(blocks.length);
  });
});

describe('a network is found by', () => {
  it.each([
    ['ResNet50', 'resnet50_224', 23_587_712, [7, 7, 2048]],
    ['resnet50', 'resnet50_224', 23_587_712, [7, 7, 2048]],
    ['resnet50_32', 'resnet50_32', 23_587_712, [1, 1, 2048]],
    ['InceptionV3', 'inception_v3_299', 21_802_784, [8, 8, 2048]],
    ['inception_v3', 'inception_v3_299', 21_802_784, [8, 8, 2048]],
    ['inception_v3_75', 'inception_v3_75', 21_802_784, [1, 1, 2048]],
    ['MobileNet', 'mobilenet_v1_1.0_224', 3_228_864, [7, 7, 1024]],
    ['mobilenet_v1_0.5_1024', 'mobilenet_v1_0.5_1024', 829_536, [32, 32, 512]],
  ] as const)('%s', (name, canonical, count, output) => {
    const network = findNetwork(name).build();
    expect(network.name).toBe(canonical);
    expect(parameters(network)).toBe(count);
    expect(layerShapes(network).get(network.output)).toEqual(output);
  });

  it.each(['resnet50_31', 'resnet50_1.0_224', 'inception_v3_74', 'inception_v3_1025', 'mobilenet_v1_2.0_224'])(
    'no size or width outside of its family: %s',
    async (name) => {
      await expectError(() => findNetwork(name), 'network.unknown', name, 'Did you mean');
    },
  );
});

it('Inception v3 and ResNet50 have the blocks that people freeze and thaw', () => {
  const blocks = (name: string): readonly string[] => [
    ...new Set(
      findNetwork(name)
        .build()
        .layers.map((layer) => layer.block),
    ),
  ];
  const mixed = Array.from({ length: 11 }, (_, index) => `mixed${index}`);
  expect(blocks('inception_v3')).toEqual(['input', 'stem', ...mixed]);
  const stages = [3, 4, 6, 3].flatMap((count, stage) =>
    Array.from({ length: count }, (_, index) => `conv${stage + 2}_block${index + 1}`),
  );
  expect(blocks('resnet50')).toEqual(['input', 'conv1', ...stages]);
});

it('ResNet50 strides in the first convolution of a block, as the paper and Keras do', () => {
  const strides = findNetwork('resnet50')
    .build()
    .layers.flatMap((layer) => (layer.kind === 'conv2d' && layer.strides[0] === 2 ? [layer.name] : []));
  expect(strides.toSorted()).toEqual(
    [
      'conv1_conv',
      ...[3, 4, 5].flatMap((stage) => [0, 1].map((place) => `conv${stage}_block1_${place}_conv`)),
    ].toSorted(),
  );
});
