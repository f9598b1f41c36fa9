import { describe, expect, it } from 'vitest';
import { inKerasOrder } from '../../../../src/engine/network/keras/keras-order.ts';
import type { Layer } from '../../../../src/engine/network/layer.ts';
import { findNetwork } from '../../../../src/engine/network/registry.ts';

const add = (name: string, ...inputs: readonly string[]): Layer => ({ kind: 'add', name, inputs, block: 'block' });

/** Expected orders are those that `model.layers` of tf_keras 2.21 gives. */
describe('layers are listed as Keras lists them', () => {
  const cases: readonly (readonly [string, readonly Layer[], string])[] = [
    ['one after the other', [add('a'), add('b', 'a'), add('c', 'b')], 'a b c'],
    ['a short branch as late as it may come', [add('a'), add('s', 'a'), add('l1', 'a'), add('l2', 'l1'), add('o', 'l2', 's')], 'a l1 l2 s o'],
    ['of equally far ones the first input first', [add('a'), add('r', 'a'), add('l', 'a'), add('o', 'l', 'r')], 'a l r o'],
    ['a layer that two read once, below both', [add('a'), add('b', 'a'), add('c', 'b'), add('o', 'a', 'c')], 'a b c o'],
  ]; // prettier-ignore
  it.each(cases)('%s', (_, layers, order) => {
    expect(inKerasOrder(layers, layers.at(-1)?.name ?? '').map(({ name }) => name)).toEqual(order.split(' '));
  });

  it.each([
    [
      'resnet50',
      'conv2_block1_1_conv',
      'conv2_block1_1_conv conv2_block1_1_bn conv2_block1_1_relu conv2_block1_2_conv conv2_block1_2_bn conv2_block1_2_relu conv2_block1_0_conv conv2_block1_3_conv conv2_block1_0_bn conv2_block1_3_bn conv2_block1_add conv2_block1_out conv2_block2_1_conv',
    ],
    [
      'inception_v3',
      'max_pooling2d_1',
      'max_pooling2d_1 conv2d_8 batch_normalization_8 activation_8 conv2d_6 conv2d_9 batch_normalization_6 batch_normalization_9 activation_6 activation_9 average_pooling2d conv2d_5 conv2d_7 conv2d_10 conv2d_11',
    ],
  ])('%s from %s on', (network, first, order) => {
    const names = findNetwork(network)
      .build()
      .layers.map(({ name }) => name);
    const expected = order.split(' ');
    expect(names.slice(names.indexOf(first)).slice(0, expected.length)).toEqual(expected);
  });
});
