import { describe, expect, it } from 'vitest';
import { NO_AUGMENTATION } from '../../../src/shared/contract/augmentation.ts';
import { OPTIMIZERS, SCHEDULES, trainingPlan } from '../../../src/shared/contract/plan.ts';
import { completePlan, planWarnings } from '../../../src/engine/service/default-plan.ts';
import type { ResolvedPlanRequest } from '../../../src/engine/service/resolve-references.ts';
import { expectError } from '../../support/expect-error.ts';

describe('a completed plan', () => {
  it('needs nothing: sample, shipped network, shipped weights', () => {
    expect(trainingPlan.parse(completePlan({}))).toMatchObject({
      dataset: { kind: 'sample' },
      network: 'mobilenet_v1_0.25_96',
      weights: { kind: 'shipped' },
      strategy: 'features',
      optimizer: { kind: 'sgd', momentum: 0.9, nesterov: false },
      weightDecay: 0,
      l1: 0,
      gradientClipping: null,
      loss: 'crossEntropy',
      labelSmoothing: 0,
      classWeights: null,
      schedule: { kind: 'constant' },
      warmupEpochs: 0,
      learningRateRules: [],
      precision: { frozen: 'float32', trainable: 'float32' },
      device: 'auto',
      introspectionInterval: 50,
      head: 'softmax',
      augmentation: null,
      earlyStopping: null,
    });
  });

  it('keeps all that was asked for', () => {
    const asked: ResolvedPlanRequest = {
      dataset: { kind: 'folder', path: '/photos' },
      network: 'MobileNet@0.25',
      weights: { kind: 'file', path: '/w.h5' },
      strategy: 'finetune',
      rules: [{ action: 'freeze', pattern: 'stem' }],
      epochs: 7,
      batchSize: 8,
      evaluationBatchSize: 9,
      optimizer: { kind: 'sgd', learningRate: 0.5, momentum: 0, nesterov: true },
      weightDecay: 0.001,
      l1: 0.002,
      gradientClipping: { kind: 'norm', limit: 2 },
      loss: 'meanSquaredError',
      labelSmoothing: 0.1,
      classWeights: { kind: 'given', weights: { ants: 2 } },
      schedule: { kind: 'plateau', monitor: 'val_accuracy', patience: 4, factor: 0.3, floor: 0.02 },
      warmupEpochs: 1.5,
      learningRateRules: [{ pattern: 'stem', factor: 0.1 }],
      head: 'sigmoid',
      precision: { frozen: 'bfloat16', trainable: 'float32' },
      device: 'cpu',
      augmentation: { horizontalFlip: true, randomResizedCrop: { smallestArea: 0.25 } },
      earlyStopping: { monitor: 'val_loss', patience: 3 },
      dropout: 0.25,
      seed: 0,
      validationShare: 0.5,
    };
    expect(trainingPlan.parse(completePlan(asked))).toMatchObject({
      ...asked,
      network: 'mobilenet_v1_0.25_224',
    });
  });

  it('takes an augmentation that changes nothing for none', () => {
    const nothing = { horizontalFlip: false, randomResizedCrop: null };
    expect(completePlan({ augmentation: nothing }).augmentation).toBeNull();
    expect(completePlan({ augmentation: { fill: 'wrap', variants: 3 } }).augmentation).toBeNull();
    const flip = { horizontalFlip: true };
    expect(completePlan({ augmentation: flip }).augmentation).toEqual({ ...NO_AUGMENTATION, ...flip });
  });

  it('has the usual figures of operations that are asked for without', () => {
    const asked = { randomResizedCrop: { smallestArea: 0.3 }, blur: {}, erasing: { probability: 0.1 } };
    expect(completePlan({ augmentation: asked }).augmentation).toEqual({
      ...NO_AUGMENTATION,
      randomResizedCrop: { smallestArea: 0.3, largestArea: 1, smallestRatio: 3 / 4, largestRatio: 4 / 3 },
      blur: { probability: 0.5, smallestSigma: 0.1, largestSigma: 2 },
      erasing: { probability: 0.1, smallestArea: 0.02, largestArea: 0.33, smallestRatio: 0.3, largestRatio: 3.3 },
    });
  });

  it.each([
    [
      'a smallest area above the largest',
      { randomResizedCrop: { smallestArea: 0.9, largestArea: 0.5 } },
      'smallestArea',
    ],
    ['a smallest sigma above the largest', { blur: { smallestSigma: 3 } }, 'smallestSigma'],
    ['mixing what was computed once', { mixup: 0.2, variants: 2 }, 'Mixup'],
  ])('refuses %s', async (_, augmentation, word) => {
    await expectError(() => completePlan({ augmentation }), 'usage.invalid', word);
  });

  it('balances classes once', async () => {
    const balanced = { kind: 'balanced' } as const;
    expect(completePlan({ sampling: 'balanced' })).toMatchObject({ sampling: 'balanced', classWeights: null });
    expect(completePlan({ classWeights: balanced })).toMatchObject({ sampling: 'natural', classWeights: balanced });
    await expectError(
      () => completePlan({ sampling: 'balanced', classWeights: balanced }),
      'usage.invalid',
      'class weights',
    );
    // Weights that a person gives may well stand beside it.
    const given = { kind: 'given', weights: { ants: 2 } } as const;
    expect(completePlan({ sampling: 'random', classWeights: balanced })).toMatchObject({
      sampling: 'random',
      classWeights: balanced,
    });
    expect(completePlan({ sampling: 'balanced', classWeights: given })).toMatchObject({ classWeights: given });
  });

  it('takes no larger steps where pretrained layers train', () => {
    const rate = (request: ResolvedPlanRequest): number => completePlan(request).optimizer.learningRate;
    for (const kind of OPTIMIZERS) {
      expect(rate({ strategy: 'finetune', optimizer: { kind } })).toBeLessThanOrEqual(rate({ optimizer: { kind } }));
    }
  });

  it.each(OPTIMIZERS)('is complete with %s', (kind) => {
    expect(trainingPlan.parse(completePlan({ optimizer: { kind, learningRate: 0.5 } })).optimizer).toMatchObject({
      kind,
      learningRate: 0.5,
    });
  });

  it.each(SCHEDULES)('is complete with the schedule %s', (kind) => {
    expect(trainingPlan.parse(completePlan({ schedule: { kind } })).schedule.kind).toBe(kind);
  });

  it('says so when the warm-up outlasts the run', () => {
    const warnings = (warmupEpochs: number): readonly string[] =>
      planWarnings({}, completePlan({ epochs: 3, warmupEpochs }));
    expect(warnings(2.9)).toEqual([]);
    expect(warnings(3)).toEqual([expect.stringContaining('3 epochs')]);
  });

  it('gives RMSprop its own settings, and AdamW the decay that makes it one', () => {
    const rmsprop = { kind: 'rmsprop', momentum: 0.5, centered: true } as const;
    expect(completePlan({ optimizer: rmsprop }).optimizer).toMatchObject(rmsprop);
    expect(completePlan({ optimizer: { kind: 'adamw' } }).weightDecay).toBeGreaterThan(0);
    expect(completePlan({ optimizer: { kind: 'adamw' }, weightDecay: 0 }).weightDecay).toBe(0);
  });

  it.each<NonNullable<ResolvedPlanRequest['optimizer']>>([
    { kind: 'adam', beta1: 0.8, beta2: 0.95, epsilon: 0.1 },
    { kind: 'adamw', beta1: 0, epsilon: 1e-3 },
    { kind: 'rmsprop', rho: 0.5, epsilon: 1e-3 },
    { kind: 'adagrad', initialAccumulator: 0, epsilon: 1 },
    { kind: 'adadelta', rho: 0.5, epsilon: 1e-6 },
  ])('keeps what is asked of an optimizer: %j', (optimizer) => {
    const completed = completePlan({ optimizer }).optimizer;
    expect(completed).toMatchObject(optimizer);
    expect(trainingPlan.shape.optimizer.parse(completed)).toEqual(completed);
  });

  it('starts from nothing only when told so', () => {
    expect(completePlan({ strategy: 'scratch', network: 'mobilenet_v1_0.5_128' }).weights).toEqual({ kind: 'none' });
  });

  it('leaves weights unread from scratch, and says so', () => {
    const request: ResolvedPlanRequest = { strategy: 'scratch', weights: { kind: 'file', path: '/w' } };
    const plan = completePlan(request);
    expect(plan.weights).toEqual({ kind: 'none' });
    expect(planWarnings(request, plan)).toEqual([expect.stringContaining("'scratch'")]);
    expect(planWarnings({}, completePlan({}))).toEqual([]);
  });

  it('says that layers to reuse are not loaded from scratch', () => {
    const warned = (request: ResolvedPlanRequest) => planWarnings(request, completePlan(request));
    expect(warned({ strategy: 'scratch', reuse: 'block_1' })).toEqual([expect.stringContaining('block_1')]);
    expect(warned({ strategy: 'finetune', reuse: 'block_1' })).toEqual([]);
  });

  it('has each of its classes once', () => {
    const { classes } = trainingPlan.shape;
    expect(classes.safeParse(['ants', 'bees']).success).toBe(true);
    expect(classes.safeParse(['ants', 'bees', 'ants']).error?.issues[0]?.message).toContain('once each');
  });

  const refused: readonly (readonly [string, ResolvedPlanRequest, string])[] = [
    ['no weights for a network that ships none', { network: 'mobilenet_v1_0.5_128' }, '--weights'],
    ['no weights to finetune', { strategy: 'finetune', weights: { kind: 'none' } }, "'finetune'"],
    ['Nesterov momentum for adam', { optimizer: { kind: 'adam', nesterov: true } }, 'Nesterov'],
    ['momentum for adamw', { optimizer: { kind: 'adamw', momentum: 0 } }, 'sgd or rmsprop'],
    ['centering for sgd', { optimizer: { centered: true } }, 'rmsprop'],
    ['a beta for sgd', { optimizer: { beta1: 0.9 } }, 'adam or adamw'],
    ['rho for adagrad', { optimizer: { kind: 'adagrad', rho: 0.9 } }, 'rmsprop or adadelta'],
    ['epsilon for sgd', { optimizer: { epsilon: 1e-3 } }, 'epsilon 0.001'],
    ['an accumulator for adam', { optimizer: { kind: 'adam', initialAccumulator: 0 } }, 'adagrad'],
    ['momentum for adam', { optimizer: { kind: 'adam', momentum: 0.9 } }, 'momentum 0.9'],
  ];
  it.each(refused)('refuses %s', async (_, request, word) => {
    await expectError(() => completePlan(request), 'usage.invalid', word);
  });

  it('refuses a network of no name it knows', async () => {
    await expectError(() => completePlan({ network: 'resnet' }), 'network.unknown', "'resnet'", 'thaw networks');
  });
});
