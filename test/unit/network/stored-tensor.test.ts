import { describe, expect, it } from 'vitest';
import type { TensorRole, TensorSpecification } from '../../../src/engine/network/layer.ts';
import { isKnownSlimExtra, slimScope, slimTensor } from '../../../src/engine/network/slim/layout.ts';
import { inOurLayout, isInOurLayout } from '../../../src/engine/network/stored-tensor.ts';
import { currentTorchName, isKnownTorchExtra, torchTensor } from '../../../src/engine/network/torch/layout.ts';

function tensor(layer: string, role: TensorRole, shape: readonly number[]): TensorSpecification {
  return { name: `${layer}/${role}`, layer, role, shape, initializer: { kind: 'zeros' } };
}

function counted(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => index);
}

describe('A tensor as PyTorch keeps it', () => {
  it.each([
    ['layer1.0.conv1', 'kernel', [3, 5, 2, 4], 'layer1.0.conv1.weight', [4, 2, 3, 5]],
    ['conv.1.0', 'depthwise_kernel', [3, 5, 4, 1], 'conv.1.0.weight', [4, 1, 3, 5]],
    ['conv.1.0', 'depthwise_kernel', [3, 5, 4, 2], 'conv.1.0.weight', [8, 1, 3, 5]],
    ['fc', 'kernel', [512, 1000], 'fc.weight', [1000, 512]],
    ['fc', 'bias', [1000], 'fc.bias', [1000]],
    ['bn1', 'gamma', [64], 'bn1.weight', [64]],
    ['bn1', 'beta', [64], 'bn1.bias', [64]],
    ['bn1', 'moving_mean', [64], 'bn1.running_mean', [64]],
    ['bn1', 'moving_variance', [64], 'bn1.running_var', [64]],
  ] as const)('of %s is its %s of %j the %s of %j', (layer, role, shape, name, stored) => {
    const found = torchTensor(tensor(layer, role, shape));
    expect(found.name).toBe(name);
    expect(found.shape).toEqual(stored);
    expect(found.order.map((axis) => found.view[axis])).toEqual(shape);
  });

  it('has each filter of a convolution where its pixel and channel are here', () => {
    const [rows, columns, channels, filters] = [3, 5, 2, 4] as const;
    const values = inOurLayout(
      counted(rows * columns * channels * filters),
      torchTensor(tensor('conv1', 'kernel', [rows, columns, channels, filters])),
    );
    const at = (row: number, column: number, channel: number, filter: number): number =>
      values[((row * columns + column) * channels + channel) * filters + filter] ?? NaN;
    for (let filter = 0; filter < filters; filter += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        for (let row = 0; row < rows; row += 1) {
          for (let column = 0; column < columns; column += 1) {
            const theirs = ((filter * channels + channel) * rows + row) * columns + column;
            expect(at(row, column, channel, filter)).toBe(theirs);
          }
        }
      }
    }
  });

  it('has the filters of a channel beside each other in a depthwise convolution', () => {
    const stored = torchTensor(tensor('dw', 'depthwise_kernel', [1, 2, 3, 2]));
    // Filter 2c + m of [6, 1, 1, 2] looks at channel c.
    expect([...inOurLayout(counted(12), stored)]).toEqual([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
  });

  it('has the outputs of a dense layer in rows', () => {
    expect([...inOurLayout(counted(6), torchTensor(tensor('fc', 'kernel', [3, 2])))]).toEqual([0, 3, 1, 4, 2, 5]);
  });

  it('is refused with another number of values', () => {
    expect(() => inOurLayout(counted(5), torchTensor(tensor('fc', 'kernel', [3, 2])))).toThrow(
      "'fc.weight' holds 6 values; received 5.",
    );
  });

  it.each([
    ['features.denseblock1.denselayer2.norm.1.weight', 'features.denseblock1.denselayer2.norm1.weight'],
    ['features.denseblock4.denselayer16.conv.2.weight', 'features.denseblock4.denselayer16.conv2.weight'],
    ['features.denseblock1.denselayer2.norm1.running_mean', 'features.denseblock1.denselayer2.norm1.running_mean'],
    ['features.norm5.bias', 'features.norm5.bias'],
  ])('called %s in a file is today called %s', (old, current) => {
    expect(currentTorchName(old)).toBe(current);
  });

  it.each([
    ['bn1.num_batches_tracked', true],
    ['AuxLogits.conv0.bn.weight', true],
    ['fc.weight', false],
  ])('called %s is known to be of no use: %s', (name, isExtra) => {
    expect(isKnownTorchExtra(name)).toBe(isExtra);
  });
});

describe('A tensor as TF-slim keeps it', () => {
  it.each([
    ['vgg_16/conv1/conv1_1', 'kernel', 'vgg_16/conv1/conv1_1/weights'],
    ['vgg_16/conv1/conv1_1', 'bias', 'vgg_16/conv1/conv1_1/biases'],
    ['resnet_v1_50/conv1/BatchNorm', 'gamma', 'resnet_v1_50/conv1/BatchNorm/gamma'],
    ['resnet_v1_50/conv1/BatchNorm', 'moving_variance', 'resnet_v1_50/conv1/BatchNorm/moving_variance'],
  ] as const)('of %s is its %s as it lies here, called %s', (layer, role, name) => {
    const stored = slimTensor(tensor(layer, role, [2, 3]));
    expect(stored).toMatchObject({ name, shape: [2, 3] });
    expect(isInOurLayout(stored)).toBe(true);
    expect([...inOurLayout(counted(6), stored)]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it.each([
    ['Mixed_5b', 'Mixed_5b'],
    ['PreLogits', 'Logits/Dropout_1b'],
  ])('is on the way to the end point %s, which is the output of the scope %s', (endPoint, scope) => {
    expect(slimScope(endPoint)).toBe(scope);
  });

  it.each([
    ['global_step', true],
    ['InceptionV3/AuxLogits/Conv2d_1b_1x1/weights', true],
    ['InceptionV3/Logits/Conv2d_1c_1x1/weights', false],
  ])('called %s is known to be of no use: %s', (name, isExtra) => {
    expect(isKnownSlimExtra(name)).toBe(isExtra);
  });
});
