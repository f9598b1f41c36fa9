import { describe, expect, it } from 'vitest';
import { costOf, DEFAULT_PRICES } from '../../../src/engine/cost/prices.ts';
import { workloadOf, type ImageCounts, type Workload } from '../../../src/engine/cost/workload.ts';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import type { Layer, Network } from '../../../src/engine/network/layer.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import type { Strategy } from '../../../src/shared/contract/plan.ts';
import { branchedNetwork } from '../../support/small-network.ts';

const TRAIN_ALONE: ImageCounts = { train: 100, validation: 0, test: 0 };

function workload(
  network: Network,
  strategy: Strategy,
  options: { readonly isCached: boolean; readonly images?: ImageCounts | null },
): Workload {
  return workloadOf({
    network,
    freeze: freezePlan(network, strategy, []),
    training: {
      batchSize: 16,
      evaluationBatchSize: 16,
      optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: false },
    },
    images: options.images === undefined ? TRAIN_ALONE : options.images,
    isCached: options.isCached,
    pixelBytes: 224 * 224 * 3,
    prepared: 'nothing',
  });
}

const headed = (name: string): Network => withHead(findNetwork(name).build(), { classes: 2, dropout: 0 });

describe('the cost of whole families', () => {
  it.each([
    // As Keras and the papers count them; filled up to whole vectors they are a little more.
    ['mobilenet_v1_1.0_224', 569e6],
    ['mobilenet_v2_1.0_224', 300e6],
    ['mobilenet_v2_0.5_224', 97e6],
    ['resnet50_224', 3.86e9],
    ['vgg16_224', 15_346_630_656],
    ['mobilenet_v3_large_1.0_224', 217e6],
    ['mobilenet_v3_small_1.0_224', 56e6],
    ['efficientnet_b0_224', 390e6],
    ['densenet121_224', 2.83e9],
    ['xception_299', 8.36e9],
  ])('%s takes about %d multiply-adds an image', (name, multiplyAdds) => {
    const { convolution, depthwise } = workload(headed(name), 'features', { isCached: true }).preparation;
    const found = (convolution + depthwise) / TRAIN_ALONE.train;
    expect(found / multiplyAdds).toBeGreaterThan(0.97);
    expect(found / multiplyAdds).toBeLessThan(1.25);
  });

  it.each(['features', 'finetune'] as const)('%s of VGG16 takes several times that of ResNet50', (strategy) => {
    const seconds = (name: string): number =>
      costOf(workload(headed(name), strategy, { isCached: false }), DEFAULT_PRICES).epochSeconds;
    expect(seconds('vgg16_224')).toBeGreaterThan(2 * seconds('resnet50_224'));
    expect(seconds('resnet50_224')).toBeGreaterThan(2 * seconds('mobilenet_v2_1.0_224'));
  });

  const others = ['mobilenet_v3_small_1.0_224', 'efficientnet_b3_300', 'inception_resnet_v2_299', 'densenet201_224'];
  it.each(['mobilenet_v2_0.35_96', 'mobilenet_v2_1.4_224', 'vgg16_224', ...others])(
    '%s is finite in every figure',
    (name) => {
      for (const images of [TRAIN_ALONE, null]) {
        const { epoch, preparation, memory } = workload(headed(name), 'finetune', { isCached: false, images });
        for (const value of [epoch, preparation, memory].flatMap((part) => Object.values(part))) {
          expect(Number.isFinite(value) && value >= 0).toBe(true);
        }
      }
    },
  );

  it('counts an activation within a layer as one that is a layer', () => {
    const apart = branchedNetwork();
    const layers = apart.layers.flatMap((layer): Layer[] => {
      if (layer.name === 'branch_a_relu') return [];
      const inputs = layer.inputs.map((name) => (name === 'branch_a_relu' ? 'branch_a' : name));
      return layer.name === 'branch_a' && layer.kind === 'conv2d'
        ? [{ ...layer, inputs, activation: 'relu' }]
        : [{ ...layer, inputs }];
    });
    const within: Network = { ...apart, layers };
    expect(workload(within, 'finetune', { isCached: false })).toEqual(workload(apart, 'finetune', { isCached: false }));
  });
});
