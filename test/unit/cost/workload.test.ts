import { describe, expect, it } from 'vitest';
import { costOf, DEFAULT_PRICES } from '../../../src/engine/cost/prices.ts';
import { workloadOf, type CostedPlan, type Workload } from '../../../src/engine/cost/workload.ts';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { PRESET_VALUES } from '../../../src/shared/contract/augmentation.ts';
import type { FreezeRule, Strategy } from '../../../src/shared/contract/plan.ts';
import { branchedNetwork } from '../../support/small-network.ts';

const SGD = { kind: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: false } as const;
const RMSPROP = { kind: 'rmsprop', learningRate: 0.01, rho: 0.9, momentum: 0, epsilon: 1e-7 } as const;
const ADAM = { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
const IMAGES = { train: 100, validation: 40, test: 0 };

function planned(
  strategy: Strategy,
  thawed: readonly string[] = [],
  changes: Partial<CostedPlan> & { readonly name?: string } = {},
): Workload {
  const { name = 'mobilenet_v1_0.25_96', ...rest } = changes;
  const network = withHead(findNetwork(name).build(), { classes: 2, dropout: 0.2 });
  const rules = thawed.map((pattern): FreezeRule => ({ action: 'thaw', pattern }));
  const freeze = freezePlan(network, strategy, rules);
  return workloadOf({
    network,
    freeze,
    training: { batchSize: 32, evaluationBatchSize: 64, optimizer: SGD },
    images: IMAGES,
    isCached: freeze.cut.length > 0,
    pixelBytes: 96 * 96 * 3,
    prepared: 'nothing',
    ...rest,
  });
}

const seconds = (workload: Workload): number => costOf(workload, DEFAULT_PRICES).epochSeconds;
const bytes = (workload: Workload): number => costOf(workload, DEFAULT_PRICES).memoryBytes;

describe('the work of a plan', () => {
  it('prices augmentation: at each step where nothing is cached, once where variants are, and the more the more is done', () => {
    const epochs = (augmentation: CostedPlan['augmentation']): number =>
      seconds(planned('features', [], { augmentation: augmentation ?? null, isCached: false }));
    const [none, light, strong] = [epochs(null), epochs(PRESET_VALUES.light), epochs(PRESET_VALUES.strong)];
    expect(light).toBeGreaterThan(none);
    expect(strong).toBeGreaterThan(light);
    const cached = { isCached: true, variants: 4 } as const;
    const plain = planned('features', [], { ...cached, augmentation: null });
    const varied = planned('features', [], { ...cached, augmentation: PRESET_VALUES.strong });
    expect(seconds(varied)).toBe(seconds(plain));
    expect(varied.preparation.traffic).toBeGreaterThan(plain.preparation.traffic);
    const kept = { ...cached, prepared: 'features', augmentation: PRESET_VALUES.strong } as const;
    expect(planned('features', [], kept).preparation.traffic).toBe(0);
  });

  it('counts multiply-adds of a small network by hand, filled up to whole vectors', () => {
    const network = branchedNetwork();
    const freeze = freezePlan(network, 'features', [{ action: 'thaw', pattern: 'branch_b' }]);
    const { epoch, preparation } = workloadOf({
      network,
      freeze,
      training: { batchSize: 10, evaluationBatchSize: 10, optimizer: SGD },
      images: { train: 10, validation: 0, test: 0 },
      isCached: true,
      pixelBytes: 192,
      prepared: 'nothing',
    });
    // 8 x 8 positions, 3 x 3 windows, 4 channels in, 4 out that take 16 lanes; the dense layer has 4 inputs and 2 units for 4.
    const convolution = 64 * 9 * 4 * 16;
    expect(epoch.convolution).toBe(10 * (convolution + 16));
    // Backwards: by the weights of branch_b, of the dense layer, and by what feeds the dense layer.
    expect(epoch.convolutionGradient).toBe(10 * (convolution + 2 * 16));
    expect(preparation.convolution).toBe(10 * 3 * convolution);
    expect(preparation.images).toBe(10);
  });

  it('grows with every layer that trains, and is least for the head alone', () => {
    const plans = [[], ['from:block_13'], ['from:block_10'], ['from:block_5'], ['from:block_1']];
    const costs = plans.map((thawed) => seconds(planned('features', thawed)));
    expect(costs).toEqual(costs.toSorted((left, right) => left - right));
    expect(seconds(planned('finetune'))).toBeGreaterThan(costs.at(-1) ?? Infinity);
  });

  it('does the prefix at each step where features are not cached', () => {
    const cached = planned('features');
    const augmented = planned('features', [], { isCached: false });
    expect(seconds(augmented)).toBeGreaterThan(10 * seconds(cached));
    expect(augmented.preparation.convolution).toBe(0);
    expect(augmented.memory.features).toBe(0);
    expect(augmented.memory.pixels).toBe(140 * 96 * 96 * 3);
  });

  it.each([
    ['nothing', 140, true],
    ['images', 0, true],
    ['features', 0, false],
  ] as const)('leaves out what is prepared: %s', (prepared, images, computes) => {
    const { preparation, memory } = planned('features', [], { prepared });
    expect(preparation.images).toBe(images);
    expect(preparation.convolution > 0).toBe(computes);
    expect(memory.decoding).toBe(prepared === 'nothing' ? 1 : 0);
  });

  it('counts a step for each batch, the last one smaller', () => {
    expect(planned('features').stepsPerEpoch).toBe(4);
    expect(planned('features').epoch.steps).toBe(4 + 1);
  });

  it('takes longer where gradients are clipped, weights decay and penalties are added', () => {
    const training = { batchSize: 32, evaluationBatchSize: 64, optimizer: SGD };
    const costs = [
      training,
      { ...training, weightDecay: 0.01 },
      { ...training, weightDecay: 0.01, gradientClipping: { kind: 'value', limit: 1 } },
      { ...training, weightDecay: 0.01, gradientClipping: { kind: 'globalNorm', limit: 1 } },
      { ...training, weightDecay: 0.01, gradientClipping: { kind: 'norm', limit: 1 } },
      { ...training, weightDecay: 0.01, l1: 0.01, gradientClipping: { kind: 'norm', limit: 1 } },
    ] satisfies readonly CostedPlan['training'][];
    const times = costs.map((own) => seconds(planned('finetune', [], { training: own })));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(costs.length);
  });
});

describe('the memory of a plan', () => {
  it('holds features of every image, float32', () => {
    expect(planned('features').memory.features).toBe(140 * 256 * 4);
    expect(planned('features', ['from:block_12']).memory.features).toBe(140 * 6 * 6 * 128 * 4);
  });

  it('holds a gradient and the slots of the optimizer for what trains', () => {
    const head = 514 * 4;
    expect(planned('features').memory.training).toBe(2 * head);
    for (const { optimizer, slots } of [
      { optimizer: ADAM, slots: 2 },
      { optimizer: { ...ADAM, kind: 'adamw' }, slots: 2 },
      { optimizer: { ...RMSPROP, centered: false }, slots: 2 },
      { optimizer: { ...RMSPROP, centered: true }, slots: 3 },
      { optimizer: { kind: 'adagrad', learningRate: 0.01, initialAccumulator: 0.1, epsilon: 1e-7 }, slots: 1 },
      { optimizer: { kind: 'adadelta', learningRate: 1, rho: 0.95, epsilon: 1e-7 }, slots: 2 },
    ] as const) {
      const training = { batchSize: 32, evaluationBatchSize: 64, optimizer };
      expect(planned('features', [], { training }).memory.training).toBe((1 + slots) * head);
    }
  });

  it('grows with the batch, and with the layers that are differentiated', () => {
    const batch = (size: number): number =>
      bytes(planned('finetune', [], { training: { batchSize: size, evaluationBatchSize: 16, optimizer: SGD } }));
    expect(batch(64)).toBeGreaterThan(batch(32));
    expect(bytes(planned('finetune'))).toBeGreaterThan(bytes(planned('features', ['from:block_10'])));
  });

  it('keeps what gradients look at again: a step that learns all of it holds several times what evaluation holds', () => {
    const training = { batchSize: 64, evaluationBatchSize: 64, optimizer: SGD };
    const whole = planned('finetune', [], { training, images: { train: 640, validation: 64, test: 0 } });
    const head = planned('features', [], { training, images: { train: 640, validation: 64, test: 0 } });
    expect(whole.memory.activations).toBeGreaterThan(4 * head.memory.activations);
  });
});

it.each(['mobilenet_v1_1.0_224', 'resnet50_224', 'inception_v3_299'])('%s: every figure is a finite number', (name) => {
  for (const images of [IMAGES, null]) {
    const workload = planned('finetune', [], { name, images });
    for (const part of [workload.epoch, workload.preparation, workload.memory]) {
      for (const value of Object.values(part)) expect(Number.isFinite(value) && value >= 0).toBe(true);
    }
  }
});
