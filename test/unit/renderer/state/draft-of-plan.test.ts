import { describe, expect, it } from 'vitest';
import { completePlan } from '../../../../src/engine/service/default-plan.ts';
import { draftOfPlan } from '../../../../src/renderer/state/draft-of-plan.ts';
import { wrongFields } from '../../../../src/renderer/state/plan-draft.ts';
import { planRequest } from '../../../../src/renderer/state/plan-request.ts';
import { NO_AUGMENTATION, PRESET_VALUES } from '../../../../src/shared/contract/augmentation.ts';
import type { TrainingPlan } from '../../../../src/shared/contract/plan.ts';
import { trainingPlanRequest, type TrainingPlanRequest } from '../../../../src/shared/contract/plan-request.ts';

const dataset = { kind: 'sample' } as const;
const network = 'mobilenet_v1_0.25_96';

/** What the form asks for once a plan was put into it, completed by the engine. */
function throughForm(plan: TrainingPlan): TrainingPlan {
  const draft = draftOfPlan(plan, null);
  expect(wrongFields(draft, plan)).toEqual([]);
  const asked = trainingPlanRequest.parse(planRequest(draft, dataset, null));
  return completePlan({ ...asked, dataset, weights: plan.weights });
}

const planOf = (request: TrainingPlanRequest): TrainingPlan =>
  completePlan({ dataset, network, ...request } as Parameters<typeof completePlan>[0]);

describe('a plan that is put into the form', () => {
  it.for<readonly [string, TrainingPlanRequest]>([
    ['as it is usual', {}],
    ['to fine-tune', { strategy: 'finetune' }],
    ['from scratch', { strategy: 'scratch' }],
    [
      'with a freeze mask',
      {
        strategy: 'finetune',
        rules: [
          { action: 'freeze', pattern: '/^conv_(dw|pw)_[1-5]_/' },
          { action: 'thaw', pattern: 'last:2' },
          { action: 'freezeStatistics', pattern: 'block_6' },
        ],
      },
    ],
    ['with SGD and Nesterov', { optimizer: { kind: 'sgd', momentum: 0.85, nesterov: true, learningRate: 1e-7 } }],
    ['with Adam', { optimizer: { kind: 'adam', beta1: 0.8, beta2: 0.99, epsilon: 1e-6, learningRate: 0.003 } }],
    ['with AdamW', { optimizer: { kind: 'adamw', learningRate: 3e-4 }, weightDecay: 0.05 }],
    ['with RMSprop, centered', { optimizer: { kind: 'rmsprop', rho: 0.8, momentum: 0.1, centered: true } }],
    ['with Adagrad', { optimizer: { kind: 'adagrad', initialAccumulator: 0.2 } }],
    ['with Adadelta', { optimizer: { kind: 'adadelta', rho: 0.9, learningRate: 1 } }],
    [
      'with other rates below the head',
      {
        strategy: 'finetune',
        learningRateRules: [
          { pattern: '/./', factor: 0.1 },
          { pattern: 'head', factor: 1 },
        ],
      },
    ],
    ['with a step schedule and a warm-up', { schedule: { kind: 'step', epochs: 4, factor: 0.3 }, warmupEpochs: 1.5 }],
    ['with a cosine schedule', { schedule: { kind: 'cosine', floor: 0.1 } }],
    ['with inverse time', { schedule: { kind: 'inverseTime', decay: 0.4 } }],
    [
      'with a plateau',
      {
        schedule: { kind: 'plateau', monitor: 'val_accuracy', patience: 3, factor: 0.2, floor: 0.01 },
      },
    ],
    ['with clipping', { gradientClipping: { kind: 'globalNorm', limit: 2.5 } }],
    ['without clipping', { gradientClipping: null }],
    ['with early stopping', { earlyStopping: { monitor: 'val_accuracy', patience: 9 } }],
    ['without early stopping', { earlyStopping: null }],
    ['with another loss', { loss: 'meanSquaredError', l1: 0.001 }],
    ['with smoothed labels', { labelSmoothing: 0.1 }],
    ['with balanced class weights', { classWeights: { kind: 'balanced' } }],
    ['with balanced sampling', { sampling: 'balanced' }],
    ['with given class weights', { classWeights: { kind: 'given', weights: { ant: 2, '蜜蜂 🐝': 0.5 } } }],
    ['with standard augmentation', { augmentation: PRESET_VALUES.standard }],
    ['with strong augmentation', { augmentation: PRESET_VALUES.strong }],
    [
      'with augmentation of its own',
      {
        augmentation: { ...NO_AUGMENTATION, rotation: 12, zoom: 0.25, fill: 'wrap', verticalFlip: true, variants: 3 },
      },
    ],
    [
      'with images prepared otherwise',
      {
        preprocessing: {
          values: 'torch',
          normalisation: null,
          resize: 'resizeThenCrop',
          shorterSide: 110,
          kernel: 'bicubic',
        },
      },
    ],
    [
      'with a normalisation of its own',
      {
        preprocessing: {
          values: null,
          normalisation: { mean: [0.1, 0.2, 0.3], deviation: [0.5, 0.6, 0.7] },
          resize: null,
          shorterSide: null,
          kernel: null,
        },
      },
    ],
    ['split by share', { split: { kind: 'share', testShare: 0.15 }, validationShare: 0.25 }],
    ['split in folds', { split: { kind: 'folds', folds: 7, fold: 3 }, groupPattern: '^(\\d+)_' }],
    [
      'with other figures',
      {
        epochs: 17,
        batchSize: 5,
        evaluationBatchSize: 9,
        dropout: 0.35,
        introspectionInterval: 4,
        seed: 4_294_967_295,
        device: 'cpu',
        precision: { frozen: 'bfloat16', trainable: 'float32' },
      },
    ],
    [
      'with rates of layers each for itself',
      {
        strategy: 'finetune',
        learningRateRules: [
          { pattern: 'block_5', factor: 0.5 },
          { pattern: '/bn$/', factor: 0.01 },
        ],
      },
    ],
    ['with layers reused by an expression', { reuse: 'block_[123]' }],
    ['with the head of another run', { headWeights: { kind: 'run', runId: 'a-run', checkpoint: { step: 7 } } }],
    ['evaluated first', { evaluateFirst: true }],
    ['as an autoencoder by layers', { task: { kind: 'autoencoder', layerwise: true, noise: 0.3 } }],
    ['to tell rotations', { task: { kind: 'rotation' } }],
    ['to tell pairs', { task: { kind: 'pairs', margin: 2 } }],
    ['of some classes with few images', { classes: ['ants', 'bees'], trainingImagesPerClass: 9 }],
    [
      'in epochs of steps, measured by steps',
      { stepsPerEpoch: 100, evaluationImages: 50, logInterval: 10, histogramInterval: 25, loaderWorkers: 4 },
    ],
    ['drawn at random', { sampling: 'random' }],
    [
      'with a head of its own',
      {
        headDesign: {
          base: 'conv_pw_11_relu',
          pooling: 'max',
          hidden: [
            { kind: 'conv', filters: 32, activation: 'relu6', batchNorm: true, dropout: 0 },
            { kind: 'dense', units: 64, activation: 'tanh', batchNorm: false, dropout: 0.5 },
          ],
          initializer: 'truncatedNormal',
          standardDeviation: 0.001,
          temperature: 2.5,
        },
      },
    ],
    [
      'in stages',
      {
        strategy: 'features',
        stages: [
          { name: 'head', strategy: 'features', rules: [], epochs: 5, learningRate: 0.01 },
          {
            name: 'last blocks',
            strategy: 'features',
            rules: [{ action: 'thaw', pattern: 'from:block_6' }],
            epochs: 7,
            learningRate: 0.001,
            learningRateRules: [
              { pattern: '/./', factor: 0.1 },
              { pattern: 'head', factor: 1 },
            ],
            schedule: { kind: 'cosine', floor: 0.1 },
            warmupEpochs: 1,
            earlyStopping: { monitor: 'val_accuracy', patience: 2 },
            begins: 'last',
          },
          {
            name: 'all',
            strategy: 'finetune',
            rules: [],
            epochs: 3,
            learningRate: 1e-4,
            learningRateRules: [{ pattern: 'block_1', factor: 0.01 }],
            schedule: { kind: 'step', epochs: 2, factor: 0.5 },
          },
        ],
      },
    ],
  ])('comes out of it %s', ([, request]) => {
    const plan = planOf(request);
    expect(throughForm(plan)).toEqual(plan);
  });
});
