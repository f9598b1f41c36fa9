import { describe, expect, it } from 'vitest';
import type { Layer, Network } from '../../../../src/engine/network/layer.ts';
import { findNetwork } from '../../../../src/engine/network/registry.ts';
import { elementCount, isStatistic, networkTensors } from '../../../../src/engine/network/shape.ts';
import { torchTensor } from '../../../../src/engine/network/torch/layout.ts';
import { initialValue } from '../../../../src/engine/weights/initialise.ts';

function parameters(network: Network): number {
  const own = networkTensors(network).filter((tensor) => !isStatistic(tensor));
  return own.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** What PyTorch calls the tensors. */
function stored(network: Network): readonly string[] {
  return networkTensors(network).map((tensor) => torchTensor(tensor).name);
}

function layer(network: Network, name: string): Layer | undefined {
  return network.layers.find((candidate) => candidate.name === name);
}

function deviation(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

describe("torchvision's networks", () => {
  it.each([
    ['resnet18', 11_689_512],
    ['resnet34', 21_797_672],
    ['resnet50', 25_557_032],
    ['resnet101', 44_549_160],
    ['resnet152', 60_192_808],
    ['mobilenet_v2', 3_504_872],
    ['mobilenet_v3_small', 2_542_856],
    ['mobilenet_v3_large', 5_483_032],
    ['vgg16', 138_357_544],
    ['vgg19', 143_667_240],
    ['alexnet', 61_100_840],
    ['squeezenet1_1', 1_235_496],
    ['densenet121', 7_978_856],
    ['efficientnet_b0', 5_288_548],
    ['efficientnet_b1', 7_794_184],
    ['efficientnet_b2', 9_109_994],
    ['efficientnet_b3', 12_233_232],
    // Without the 3326696 of the auxiliary classifier.
    ['inception_v3', 27_161_264 - 3_326_696],
  ])('%s has as many parameters as torchvision says', (name, expected) => {
    expect(parameters(findNetwork(`${name}@torch`).buildWithTop(1000))).toBe(expected);
  });

  it.each([
    ['resnet50', 256, 'bilinear'],
    ['inception_v3', 342, 'bilinear'],
    ['efficientnet_b0', 256, 'bicubic'],
    ['efficientnet_b2', 288, 'bicubic'],
    ['efficientnet_b3', 320, 'bicubic'],
  ])('%s takes the centre of images with a shorter side of %d, %s', (name, shorterSide, kernel) => {
    expect(findNetwork(`${name}@torch`).preprocessing).toMatchObject({ resize: 'resizeThenCrop', shorterSide, kernel });
  });

  it('see the same share of an image at another size', () => {
    expect(findNetwork('resnet50_112@torch').preprocessing).toMatchObject({ height: 112, shorterSide: 128 });
  });

  it('take pixels without their mean over ImageNet, by their deviation', () => {
    const { scale, offset } = findNetwork('resnet18@torch').preprocessing;
    const red = (pixel: number): number => pixel * ([scale].flat()[0] ?? NaN) + ([offset].flat()[0] ?? NaN);
    expect(red(255)).toBeCloseTo((1 - 0.485) / 0.229, 6);
    expect(red(0)).toBeCloseTo(-0.485 / 0.229, 6);
  });

  it('stride in the convolution of three by three of a bottleneck, not in the first', () => {
    const network = findNetwork('resnet50@torch').build();
    expect(layer(network, 'layer2.0.conv1')).toMatchObject({ kernelSize: [1, 1], strides: [1, 1] });
    expect(layer(network, 'layer2.0.conv2')).toMatchObject({ kernelSize: [3, 3], strides: [2, 2] });
  });

  it.each([
    ['resnet18', ['input', 'stem', 'layer1.0', 'layer1.1', 'layer2.0']],
    ['vgg16', ['input', 'block1', 'block2', 'block3', 'block4']],
    ['densenet121', ['input', 'stem', 'features.denseblock1', 'features.transition1', 'features.denseblock2']],
    ['efficientnet_b0', ['input', 'features.0', 'features.1.0', 'features.2.0', 'features.2.1']],
    ['inception_v3', ['input', 'stem', 'Mixed_5b', 'Mixed_5c', 'Mixed_5d']],
  ])('%s has the blocks %j, and more', (name, blocks) => {
    const all = new Set(
      findNetwork(`${name}@torch`)
        .build()
        .layers.map(({ block }) => block),
    );
    expect([...all].slice(0, blocks.length)).toEqual(blocks);
  });

  it('leave out later blocks more often while EfficientNet trains, and none that is not added to its input', () => {
    const dropped = findNetwork('efficientnet_b0@torch')
      .build()
      .layers.flatMap((own) => (own.kind === 'dropout' ? [[own.name, own.rate, own.perImage] as const] : []));
    expect(dropped).toHaveLength(9);
    expect(dropped[0]).toEqual(['features.2.1.stochastic_depth', (0.2 * 2) / 16, true]);
    expect(dropped.at(-1)).toEqual(['features.6.3.stochastic_depth', (0.2 * 14) / 16, true]);
  });
});

describe('a MobileNet of PyTorch', () => {
  it('in one sequence is named by it', () => {
    const names = stored(findNetwork('mobilenet_v1_1.0_224@torch').buildWithTop(1000));
    expect(names.slice(0, 2)).toEqual(['model.0.0.weight', 'model.0.1.weight']);
    expect(names).toContain('model.13.4.running_var');
    expect(names.slice(-2)).toEqual(['fc.weight', 'fc.bias']);
  });

  it('with LeakyReLU is named by its three stages', () => {
    const network = findNetwork('mobilenetV1X0.25@torch').buildWithTop(1000);
    expect(network.name).toBe('mobilenet_v1_leaky_0.25_224@torch');
    const firstOf = (stage: string): string | undefined => stored(network).findLast((name) => name.startsWith(stage));
    expect(['stage1', 'stage2', 'stage3'].map(firstOf)).toEqual([
      'stage1.5.4.running_var',
      'stage2.5.4.running_var',
      'stage3.1.4.running_var',
    ]);
    expect(layer(network, 'stage1.0.2')).toMatchObject({ activation: 'leaky_relu', negativeSlope: 0.1 });
  });
});

describe('what PyTorch begins with', () => {
  const valuesOf = (network: string, name: string): Float32Array => {
    const tensor = networkTensors(findNetwork(network).buildWithTop(1000)).find((own) => own.name === name);
    if (!tensor) throw new TypeError(name);
    return initialValue(tensor, 1);
  };

  it.each([
    // By the filters that look at a pixel; PyTorch counts a depthwise kernel's as if there were as many as channels.
    ['resnet18@torch', 'layer4.0.conv1/kernel', Math.sqrt(2 / (512 * 9))],
    ['mobilenet_v2@torch', 'features.14.conv.1.0/depthwise_kernel', Math.sqrt(2 / (576 * 9))],
    ['mobilenet_v2@torch', 'classifier.1/kernel', 0.01],
    ['inception_v3@torch', 'Mixed_7c.branch1x1.conv/kernel', 0.1],
    ['squeezenet1_1@torch', 'features.12.expand3x3/kernel', Math.sqrt(2 / (64 * 9))],
    ['resnet18@torch', 'fc/kernel', 1 / Math.sqrt(3 * 512)],
    ['resnet18@torch', 'fc/bias', 1 / Math.sqrt(3 * 512)],
    ['alexnet@torch', 'features.3/bias', 1 / Math.sqrt(3 * 64 * 25)],
    ['efficientnet_b0@torch', 'classifier.1/kernel', 1 / Math.sqrt(3 * 1000)],
  ])('in %s gives %s its deviation', (network, name, expected) => {
    const found = deviation(valuesOf(network, name));
    const few = name.endsWith('/bias') ? 0.15 : 0.03;
    expect(Math.abs(found - expected)).toBeLessThan(few * expected);
  });
});
