import { describe, expect, it } from 'vitest';
import type { Network } from '../../../../src/engine/network/layer.ts';
import { findNetwork } from '../../../../src/engine/network/registry.ts';
import { elementCount, isStatistic, layerShapes, networkTensors } from '../../../../src/engine/network/shape.ts';
import { slimTensor } from '../../../../src/engine/network/slim/layout.ts';

function parameters(network: Network): number {
  const own = networkTensors(network).filter((tensor) => !isStatistic(tensor));
  return own.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

describe("TF-slim's networks", () => {
  it.each([
    ['resnet_v1_50', 1000, 25_557_032],
    ['resnet_v1_101', 1000, 44_549_160],
    ['resnet_v1_152', 1000, 60_192_808],
    ['resnet_v2_50', 1001, 25_570_409],
    ['resnet_v2_101', 1001, 44_579_945],
    ['resnet_v2_152', 1001, 60_238_953],
    ['vgg_16', 1000, 138_357_544],
    ['vgg_19', 1000, 143_667_240],
    ['alexnet_v2', 1000, 50_303_912],
    // Without the 3326569 of the auxiliary classifier.
    ['inception_v3', 1001, 27_145_970 - 3_326_569],
  ])('%s has as many parameters as TF-slim makes for %d classes', (name, classes, expected) => {
    expect(parameters(findNetwork(`${name}@slim`).buildWithTop(classes))).toBe(expected);
  });

  it('are named by their variable scopes', () => {
    const names = (network: string): readonly string[] =>
      networkTensors(findNetwork(network).buildWithTop(1001)).map((tensor) => slimTensor(tensor).name);
    expect(names('resnet_v2_50@slim')).toEqual(
      expect.arrayContaining([
        'resnet_v2_50/conv1/biases',
        'resnet_v2_50/block1/unit_1/bottleneck_v2/preact/gamma',
        'resnet_v2_50/block1/unit_1/bottleneck_v2/conv1/BatchNorm/moving_mean',
        'resnet_v2_50/postnorm/beta',
        'resnet_v2_50/logits/weights',
      ]),
    );
    expect(names('inception_v3@slim')).toContain('InceptionV3/Mixed_5c/Branch_1/Conv_1_0c_5x5/weights');
  });

  it.each(['resnet_v1_50', 'resnet_v2_50'])('%s strides in the last unit of a block, but of the last block', (name) => {
    const network = findNetwork(`${name}@slim`).build();
    const striding = network.layers.flatMap((layer) =>
      layer.kind === 'conv2d' && layer.strides[0] === 2 ? [layer.block] : [],
    );
    expect(striding).toEqual(['stem', 'block1/unit_3', 'block2/unit_4', 'block3/unit_6']);
  });

  it.each([
    ['resnet_v1_50', { shorterSide: 256, scale: 1, offset: [-123.68, -116.78, -103.94], channelOrder: 'rgb' }],
    ['vgg_16', { shorterSide: 256, scale: 1, offset: [-123.68, -116.78, -103.94], channelOrder: 'rgb' }],
    ['resnet_v2_50', { shorterSide: 256, scale: 1 / 127.5, offset: -1 }],
    ['inception_v3', { shorterSide: 342, scale: 1 / 127.5, offset: -1 }],
  ])('%s is shown the centre of an image, as its weights were', (name, expected) => {
    expect(findNetwork(`${name}@slim`).preprocessing).toMatchObject({ resize: 'resizeThenCrop', ...expected });
  });

  it('give the means of the logits of an image that is larger than a kernel of its dense layers', () => {
    for (const name of ['vgg_16_288@slim', 'alexnet_v2_288@slim']) {
      const network = findNetwork(name).buildWithTop(10);
      const shapes = layerShapes(network);
      expect(shapes.get(network.layers.at(-2)?.name ?? '')).toEqual([3, 3, 10]);
      expect(shapes.get(network.output)).toEqual([10]);
    }
  });
});
