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
    ['ResNet50V2', 'resnet50_v2_224', 23_564_800, [7, 7, 2048]],
    ['ResNet101', 'resnet101_224', 42_658_176, [7, 7, 2048]],
    ['ResNet101V2', 'resnet101_v2_224', 42_626_560, [7, 7, 2048]],
    ['ResNet152', 'resnet152_224', 58_370_944, [7, 7, 2048]],
    ['ResNet152V2', 'resnet152_v2_224', 58_331_648, [7, 7, 2048]],
    ['resnet50_v2_33', 'resnet50_v2_33', 23_564_800, [2, 2, 2048]],
    ['ResNet50', 'resnet50_224', 23_587_712, [7, 7, 2048]],
    ['resnet50', 'resnet50_224', 23_587_712, [7, 7, 2048]],
    ['resnet50_32', 'resnet50_32', 23_587_712, [1, 1, 2048]],
    ['InceptionV3', 'inception_v3_299', 21_802_784, [8, 8, 2048]],
    ['inception_v3', 'inception_v3_299', 21_802_784, [8, 8, 2048]],
    ['inception_v3_75', 'inception_v3_75', 21_802_784, [1, 1, 2048]],
    ['InceptionResNetV2', 'inception_resnet_v2_299', 54_336_736, [8, 8, 1536]],
    ['inception_resnet_v2_76', 'inception_resnet_v2_76', 54_336_736, [1, 1, 1536]],
    ['Xception', 'xception_299', 20_861_480, [10, 10, 2048]],
    ['xception_72', 'xception_72', 20_861_480, [3, 3, 2048]],
    ['VGG19', 'vgg19_224', 20_024_384, [7, 7, 512]],
    ['DenseNet121', 'densenet121_224', 7_037_504, [7, 7, 1024]],
    ['DenseNet169', 'densenet169_224', 12_642_880, [7, 7, 1664]],
    ['DenseNet201', 'densenet201_224', 18_321_984, [7, 7, 1920]],
    // Keras counts the 7 of its Normalization besides, which is part of the preprocessing here.
    ['EfficientNetB0', 'efficientnet_b0_224', 4_049_571 - 7, [7, 7, 1280]],
    ['EfficientNetB1', 'efficientnet_b1_240', 6_575_239 - 7, [8, 8, 1280]],
    ['EfficientNetB2', 'efficientnet_b2_260', 7_768_569 - 7, [9, 9, 1408]],
    ['EfficientNetB3', 'efficientnet_b3_300', 10_783_535 - 7, [10, 10, 1536]],
    ['efficientnet_b0_33', 'efficientnet_b0_33', 4_049_571 - 7, [2, 2, 1280]],
    ['MobileNetV3Small', 'mobilenet_v3_small_1.0_224', 939_120, [7, 7, 576]],
    ['MobileNetV3Small@0.75', 'mobilenet_v3_small_0.75_224', 583_160, [7, 7, 432]],
    ['MobileNetV3Large', 'mobilenet_v3_large_1.0_224', 2_996_352, [7, 7, 960]],
    ['MobileNetV3Large@0.75', 'mobilenet_v3_large_0.75_224', 1_808_736, [7, 7, 720]],
    ['mobilenet_v3_small_minimalistic', 'mobilenet_v3_small_minimalistic_224', 441_000, [7, 7, 576]],
    ['mobilenet_v3_large_minimalistic', 'mobilenet_v3_large_minimalistic_224', 1_437_608, [7, 7, 960]],
    ['mobilenet_v3_small_0.75_33', 'mobilenet_v3_small_0.75_33', 583_160, [2, 2, 432]],
    ['MobileNet', 'mobilenet_v1_1.0_224', 3_228_864, [7, 7, 1024]],
    ['mobilenet_v2', 'mobilenet_v2_1.0_224', 2_257_984, [7, 7, 1280]],
    ['mobilenet_v3_large', 'mobilenet_v3_large_1.0_224', 2_996_352, [7, 7, 960]],
    ['mobilenet_v1_0.25', 'mobilenet_v1_0.25_224', 218_544, [7, 7, 256]],
    ['MobileNetV2', 'mobilenet_v2_1.0_224', 2_257_984, [7, 7, 1280]],
    ['MobileNetV2@0.35', 'mobilenet_v2_0.35_224', 410_208, [7, 7, 1280]],
    ['MobileNetV2@1.4', 'mobilenet_v2_1.4_224', 4_363_712, [7, 7, 1792]],
    ['mobilenet_v2_1.3_96', 'mobilenet_v2_1.3_96', 3_766_048, [3, 3, 1664]],
    ['mobilenet_v2_1.0_33', 'mobilenet_v2_1.0_33', 2_257_984, [2, 2, 1280]],
    ['VGG16', 'vgg16_224', 14_714_688, [7, 7, 512]],
    ['vgg16', 'vgg16_224', 14_714_688, [7, 7, 512]],
    ['vgg16_100', 'vgg16_100', 14_714_688, [3, 3, 512]],
    ['vgg16_32', 'vgg16_32', 14_714_688, [1, 1, 512]],
    ['mobilenet_v1_0.5_1024', 'mobilenet_v1_0.5_1024', 829_536, [32, 32, 512]],
  ] as const)('%s', (name, canonical, count, output) => {
    const network = findNetwork(name).build();
    expect(network.name).toBe(canonical);
    expect(parameters(network)).toBe(count);
    expect(layerShapes(network).get(network.output)).toEqual(output);
  });

  it.each([
    'resnet50_31',
    'resnet50_1.0_224',
    'inception_v3_74',
    'inception_v3_1025',
    'mobilenet_v1_2.0_224',
    'mobilenet_v2_0.25_224',
    'mobilenet_v2_1.0_31',
    'vgg16_24',
    'vgg16_1.0_224',
    'xception_70',
    'densenet111',
    'mobilenet_v3_small_1.4_224',
  ])('no size or width outside of its family: %s', async (name) => {
    await expectError(() => findNetwork(name), 'network.unknown', name, 'Did you mean');
  });
});

it('MobileNetV2 is listed in the sizes that Keras publishes it in: five, and one where it is wider than the paper', () => {
  const listed = names.filter((name) => name.startsWith('mobilenet_v2_') && !name.includes('@'));
  const sizes = [96, 128, 160, 192, 224];
  expect(listed).toEqual([
    ...['0.35', '0.5', '0.75', '1.0'].flatMap((width) => sizes.map((size) => `mobilenet_v2_${width}_${size}`)),
    'mobilenet_v2_1.3_224',
    'mobilenet_v2_1.4_224',
  ]);
});

it('each family has the blocks that people freeze and thaw', () => {
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
  const residuals = Array.from({ length: 16 }, (_, index) => `block_${index + 1}`);
  expect(blocks('MobileNetV2')).toEqual(['input', 'stem', 'expanded_conv', ...residuals, 'out']);
  expect(blocks('VGG16')).toEqual(['input', 'block1', 'block2', 'block3', 'block4', 'block5']);
  expect(blocks('ResNet50V2')).toEqual(['input', 'conv1', ...stages, 'post']);
  const numbered = (name: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
  expect(blocks('InceptionResNetV2')).toEqual([
    ...['input', 'stem', 'mixed_5b', ...numbered('block35_', 10), 'mixed_6a', ...numbered('block17_', 20)],
    ...['mixed_7a', ...numbered('block8_', 10), 'conv_7b'],
  ]);
  expect(blocks('Xception')).toEqual(['input', ...numbered('block', 14)]);
  expect(blocks('MobileNetV3Small')).toEqual([
    ...['input', 'stem', 'expanded_conv', ...numbered('expanded_conv_', 10), 'out'],
  ]);
  expect(blocks('DenseNet121')).toEqual([
    ...['input', 'conv1', ...numbered('conv2_block', 6), 'pool2', ...numbered('conv3_block', 12), 'pool3'],
    ...[...numbered('conv4_block', 24), 'pool4', ...numbered('conv5_block', 16), 'out'],
  ]);
  expect(blocks('EfficientNetB0')).toEqual([
    ...['input', 'stem', 'block1a', 'block2a', 'block2b', 'block3a', 'block3b', 'block4a', 'block4b', 'block4c'],
    ...['block5a', 'block5b', 'block5c', 'block6a', 'block6b', 'block6c', 'block6d', 'block7a', 'out'],
  ]);
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

describe('a network has the layers that Keras lists', () => {
  it.each([
    [
      'MobileNetV2',
      false,
      154,
      'Conv1 bn_Conv1 Conv1_relu expanded_conv_depthwise expanded_conv_depthwise_BN expanded_conv_depthwise_relu expanded_conv_project expanded_conv_project_BN block_1_expand block_1_expand_BN block_1_expand_relu block_1_pad block_1_depthwise',
    ],
    ['MobileNetV2', true, 156, 'block_16_project_BN Conv_1 Conv_1_bn out_relu global_average_pooling2d predictions'],
    ['VGG16', false, 19, 'block5_conv1 block5_conv2 block5_conv3 block5_pool'],
    ['VGG16', true, 23, 'block5_pool flatten fc1 fc2 predictions'],
    ['ResNet152V2', false, 564, 'conv5_block3_3_conv conv5_block3_out post_bn post_relu'],
    ['InceptionResNetV2', false, 780, 'custom_scale_layer_39 conv_7b conv_7b_bn conv_7b_ac'],
    ['Xception', false, 132, 'block14_sepconv1_act block14_sepconv2 block14_sepconv2_bn block14_sepconv2_act'],
    ['DenseNet201', false, 707, 'conv5_block32_2_conv conv5_block32_concat bn relu'],
    // Without the two layers that scale and normalise pixels.
    ['EfficientNetB3', false, 384 - 2, 'block7b_add top_conv top_bn top_activation'],
  ] as const)('%s, with top %s: %i', (name, withTop, count, order) => {
    const entry = findNetwork(name);
    const layers = (withTop ? entry.buildWithTop(1000) : entry.build()).layers.map((layer) => layer.name);
    const expected = order.split(' ');
    expect(layers).toHaveLength(count);
    const from = layers.indexOf(expected[0] ?? '');
    expect(layers.slice(from, from + expected.length)).toEqual(expected);
  });

  it.each([
    // Padding before, from `model.layers` of tf_keras 2.21: it depends on whether what enters the block is even.
    [224, [0, 0, 0, 0]],
    [100, [0, 1, 1, 1]],
    [97, [1, 1, 1, 1]],
    [160, [0, 0, 0, 0]],
  ] as const)('strided blocks of MobileNetV2 pad images of %i pixels before by %j', (size, before) => {
    const paddings = findNetwork(`mobilenet_v2_1.0_${size}`)
      .build()
      .layers.flatMap((layer) => (layer.kind === 'zeroPadding2d' ? [layer] : []));
    expect(paddings.map(({ name }) => name)).toEqual(['block_1_pad', 'block_3_pad', 'block_6_pad', 'block_13_pad']);
    expect(paddings.map(({ padding }) => padding)).toEqual(
      before.map((pixels) => ({ top: pixels, bottom: 1, left: pixels, right: 1 })),
    );
  });
});
