import { expect, it } from 'vitest';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { layerSettings } from '../../../src/engine/service/layer-settings.ts';

it.each([
  ['ResNet50', 'conv1_pad', '3'],
  ['ResNet50', 'conv1_conv', '7×7 /2'],
  ['ResNet50', 'conv1_bn', 'epsilon 0.00001001'],
  ['ResNet50', 'conv2_block1_add', ''],
  ['MobileNetV2', 'block_1_pad', '0 1 1 0'],
  ['InceptionV3', 'conv2d_32', '1×7'],
  ['InceptionResNetV2', 'custom_scale_layer', 'second × 0.17'],
  ['InceptionResNetV2', 'custom_scale_layer_39', ''],
  ['MobileNetV3Small', 'multiply', 'hard_swish'],
  ['EfficientNetB0', 'block2b_se_expand', '1×1, sigmoid'],
  ['EfficientNetB0', 'block2b_drop', '0.025'],
  ['VGG19', 'block1_pool', '2×2 /2'],
  ['Xception', 'block2_sepconv1', '3×3'],
] as const)('of %s, %s is told as "%s"', (network, name, expected) => {
  const layer = findNetwork(network)
    .build()
    .layers.find((candidate) => candidate.name === name);
  if (!layer) throw new TypeError(name);
  expect(layerSettings(layer)).toBe(expected);
});
