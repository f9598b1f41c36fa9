import { describe, expect, it } from 'vitest';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { parseRule } from '../../../src/engine/freeze/rule.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';

const headed = (name: string) => withHead(findNetwork(name).build(), { classes: 2, dropout: 0, head: 'sigmoid' });

const MOBILENET_V2 = headed('MobileNetV2');
const VGG = headed('VGG16');
/** A sigmoid above 1280 and 512 pooled features. */
const MOBILENET_V2_HEAD = 1281;
const VGG_HEAD = 513;
/** A convolution of three by three from 512 to 512 channels, with its bias. */
const VGG_CONVOLUTION = 512 * 512 * 9 + 512;

describe('freezing of families', () => {
  it('EfficientNet, which drops branches while it learns, is cached as far as it is frozen', () => {
    const network = headed('EfficientNetB0');
    expect(freezePlan(network, 'features', []).cut).toEqual(['pooling']);
    expect(freezePlan(network, 'features', [parseRule('from:block6a', 'thaw')]).cut).toEqual(['block5c_add']);
  });

  it.each([
    {
      name: 'from the last block up, the sum below it is cached',
      network: MOBILENET_V2,
      thawed: 'from:block_16',
      // expand 160 to 960, depthwise, project to 320, then the last convolution, each with gamma and beta
      trainable: MOBILENET_V2_HEAD + 160 * 960 + 960 * 9 + 960 * 320 + 320 * 1280 + 2 * (960 + 960 + 320 + 1280),
      cut: ['block_15_add'],
    },
    {
      name: 'within a residual block both the way around and the branch are cached',
      network: MOBILENET_V2,
      thawed: 'block_15_project',
      trainable: MOBILENET_V2_HEAD + 960 * 160,
      cut: ['block_14_add', 'block_15_depthwise_relu'],
    },
    {
      name: 'a block without a way around needs its input alone',
      network: MOBILENET_V2,
      thawed: 'block_13',
      // expand 96 to 576, depthwise, project to 160, each with gamma and beta
      trainable: MOBILENET_V2_HEAD + 96 * 576 + 576 * 9 + 576 * 160 + 2 * (576 + 576 + 160),
      cut: ['block_12_add'],
    },
    {
      name: 'a layer below one that trains is cached after its own ReLU',
      network: VGG,
      thawed: 'block5_conv3',
      trainable: VGG_HEAD + VGG_CONVOLUTION,
      cut: ['block5_conv2'],
    },
    {
      name: 'the last block',
      network: VGG,
      thawed: 'block5',
      trainable: VGG_HEAD + 3 * VGG_CONVOLUTION,
      cut: ['block4_pool'],
    },
    {
      name: 'last:5 means head, pooling, block5_pool and two convolutions: a ReLU within is no layer',
      network: VGG,
      thawed: 'last:5',
      trainable: VGG_HEAD + 2 * VGG_CONVOLUTION,
      cut: ['block5_conv1'],
    },
  ])('$network.family: $name', ({ network, thawed, trainable, cut }) => {
    const plan = freezePlan(network, 'features', [parseRule(thawed, 'thaw')]);
    expect(plan.parameters.trainable).toBe(trainable);
    expect(plan.cut).toEqual(cut);
  });

  it.each([
    // Trainable and others of Keras' summary() without top; the head is ours.
    ['mobilenet_v2_0.35_224', 396_128, 14_080, MOBILENET_V2_HEAD],
    ['mobilenet_v2_0.5_128', 687_680, 18_544, MOBILENET_V2_HEAD],
    ['mobilenet_v2_0.75_96', 1_355_424, 26_640, MOBILENET_V2_HEAD],
    ['mobilenet_v2_1.0_224', 2_223_872, 34_112, MOBILENET_V2_HEAD],
    ['mobilenet_v2_1.3_224', 3_721_792, 44_256, 1665],
    ['mobilenet_v2_1.4_224', 4_315_776, 47_936, 1793],
    ['vgg16_224', 14_714_688, 0, VGG_HEAD],
  ])('%s has as many parameters of both kinds as Keras counts', (name, trainable, statistics, head) => {
    const network = headed(name);
    expect(freezePlan(network, 'features', []).parameters).toEqual({
      trainable: head,
      frozen: trainable + statistics,
    });
    expect(freezePlan(network, 'finetune', []).parameters).toEqual({
      trainable: trainable + head,
      frozen: statistics,
    });
  });

  const others = ['MobileNetV3Small', 'EfficientNetB0', 'DenseNet121', 'ResNet50V2', 'Xception', 'InceptionResNetV2'];
  it.each([MOBILENET_V2, VGG, ...others.map(headed)])(
    'the prefix of $family is closed wherever a block is cut',
    (network) => {
      for (const block of new Set(network.layers.map((layer) => layer.block))) {
        if (block === 'input' || block === 'pooling') continue;
        const plan = freezePlan(network, 'features', [parseRule(block, 'thaw')]);
        const prefix = new Set(plan.prefix);
        const inside = network.layers.filter((layer) => prefix.has(layer.name));
        expect(inside.every((layer) => layer.inputs.every((input) => prefix.has(input)))).toBe(true);
        const read = network.layers.filter((layer) => !prefix.has(layer.name)).flatMap((layer) => layer.inputs);
        expect(plan.cut).toEqual(plan.prefix.filter((name) => read.includes(name)));
      }
    },
  );
});
