import { NO_AUGMENTATION, PRESET_VALUES, USUAL_CROP } from '../../../../src/shared/contract/augmentation.ts';
import { draftForFeatures } from '../../../../src/renderer/state/features-draft.ts';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_DRAFT,
  wrongFields,
  type Completion,
  type PlanDraft,
} from '../../../../src/renderer/state/plan-draft.ts';
import { planRequest, previewRequest } from '../../../../src/renderer/state/plan-request.ts';
import { readNumber, type NumberField } from '../../../../src/renderer/state/number-field.ts';
import { USUAL_HEAD } from '../../../../src/shared/contract/head-design.ts';
import { trainingPlanRequest } from '../../../../src/shared/contract/plan-request.ts';

const dataset = { kind: 'sample' } as const;
const typed = (figures: Partial<Record<NumberField, string>>): Partial<PlanDraft> => ({
  typed: { ...EMPTY_DRAFT.typed, ...figures },
});
const sgd: Completion = {
  optimizer: { kind: 'sgd', learningRate: 0.005, momentum: 0.9, nesterov: false },
  gradientClipping: null,
  schedule: { kind: 'constant' },
  classWeights: null,
  earlyStopping: null,
  split: { kind: 'given' },
  stages: [],
  stepsPerEpoch: null,
  headDesign: USUAL_HEAD,
  task: { kind: 'classify' },
};

describe('what the form asks', () => {
  it.each<[string, Partial<PlanDraft>, object]>([
    ['nothing but strategy and dataset before it was touched', {}, {}],
    [
      'figures as numbers',
      typed({ epochs: ' 12 ', learningRate: '1e-3' }),
      { epochs: 12, optimizer: { learningRate: 0.001 } },
    ],
    ['the split as the dataset says', { split: 'given', ...typed({ folds: '7' }) }, { split: { kind: 'given' } }],
    [
      'a division by shares, without tests where nothing is said of them',
      { split: 'share', ...typed({ validationShare: '0.3' }) },
      { split: { kind: 'share', testShare: 0 }, validationShare: 0.3 },
    ],
    [
      'a division by shares with tests',
      { split: 'share', ...typed({ testShare: '0.1', fold: '9' }) },
      { split: { kind: 'share', testShare: 0.1 } },
    ],
    [
      'folds without the share typed before',
      { split: 'folds', ...typed({ fold: '2', validationShare: '0.3' }) },
      { split: { kind: 'folds', folds: 5, fold: 2 } },
    ],
    ['a pattern of groups', { groupPattern: ' (p\\d+) ' }, { groupPattern: '(p\\d+)' }],
    ['SGD with Nesterov momentum', { optimizer: 'nesterov' }, { optimizer: { kind: 'sgd', nesterov: true } }],
    ['plain SGD again', { optimizer: 'sgd' }, { optimizer: { kind: 'sgd', nesterov: false } }],
    [
      'Adam without the momentum typed for SGD',
      { optimizer: 'adam', ...typed({ momentum: '0.8' }) },
      { optimizer: { kind: 'adam' } },
    ],
    [
      'RMSprop with its own settings',
      { optimizer: 'rmsprop', centers: true, ...typed({ momentum: '0.8' }) },
      { optimizer: { kind: 'rmsprop', momentum: 0.8, centered: true } },
    ],
    ['AdamW without what was said of RMSprop', { optimizer: 'adamw', centers: true }, { optimizer: { kind: 'adamw' } }],
    [
      'AdamW by its own figures, without those of others',
      { optimizer: 'adamw', ...typed({ beta1: '0.8', beta2: '0.99', epsilon: '1e-3', rho: '0.5' }) },
      { optimizer: { kind: 'adamw', beta1: 0.8, beta2: 0.99, epsilon: 0.001 } },
    ],
    [
      'Adagrad by its own',
      { optimizer: 'adagrad', ...typed({ initialAccumulator: '0', rho: '0.5' }) },
      { optimizer: { kind: 'adagrad', initialAccumulator: 0 } },
    ],
    [
      'a loss of smoothed labels, and an L1 penalty',
      { loss: 'meanSquaredError', ...typed({ labelSmoothing: '0.1', l1: '1e-5' }) },
      { loss: 'meanSquaredError', labelSmoothing: 0.1, l1: 1e-5 },
    ],
    ['balanced classes', { classWeighting: 'balanced' }, { classWeights: { kind: 'balanced' } }],
    [
      'weights by class, without those that say nothing or cannot be read',
      { classWeighting: 'given', classWeights: { ant: '2.5', bee: ' ', cat: 'many' } },
      { classWeights: { kind: 'given', weights: { ant: 2.5 } } },
    ],
    [
      'no weights by class where another weighting is chosen',
      { classWeighting: 'balanced', classWeights: { ant: '2.5' } },
      { classWeights: { kind: 'balanced' } },
    ],
    ['classes that count alike again', { classWeighting: 'none' }, { classWeights: null }],
    ['weight decay', typed({ weightDecay: '1e-4' }), { weightDecay: 1e-4 }],
    [
      'clipping with the usual limit',
      { clipping: 'globalNorm' },
      { gradientClipping: { kind: 'globalNorm', limit: 1 } },
    ],
    [
      'clipping as it was set',
      { clipping: 'value', ...typed({ clippingLimit: '0.5' }) },
      { gradientClipping: { kind: 'value', limit: 0.5 } },
    ],
    ['no clipping once it was turned off', { clipping: 'none' }, { gradientClipping: null }],
    ['a schedule by its name alone', { schedule: 'cosine' }, { schedule: { kind: 'cosine' } }],
    [
      'a plateau as it was set',
      {
        schedule: 'plateau',
        scheduleMonitor: 'val_accuracy',
        ...typed({ schedulePatience: '2', scheduleFactor: '0.5', scheduleFloor: '0.01' }),
      },
      { schedule: { kind: 'plateau', monitor: 'val_accuracy', patience: 2, factor: 0.5, floor: 0.01 } },
    ],
    [
      'a schedule without what was said of others',
      { schedule: 'step', scheduleMonitor: 'val_loss', ...typed({ scheduleEpochs: '4', scheduleFloor: '0.5' }) },
      { schedule: { kind: 'step', epochs: 4 } },
    ],
    [
      'a rate of what lies below the head',
      typed({ rateBelowHead: '0.1' }),
      {
        learningRateRules: [
          { pattern: '/./', factor: 0.1 },
          { pattern: 'head', factor: 1 },
        ],
      },
    ],
    ['a precision of one part', { frozenPrecision: 'bfloat16' }, { precision: { frozen: 'bfloat16' } }],
    ['a device', { device: 'cpu' }, { device: 'cpu' }],
    ['a warm-up', typed({ warmupEpochs: '0.5' }), { warmupEpochs: 0.5 }],
    [
      'early stopping with the usual patience',
      { stopsEarly: true },
      { earlyStopping: { monitor: 'val_loss', patience: 5 } },
    ],
    [
      'early stopping as it was set',
      { stopsEarly: true, monitor: 'val_accuracy', ...typed({ patience: '3' }) },
      { earlyStopping: { monitor: 'val_accuracy', patience: 3 } },
    ],
    ['no early stopping once it was turned off', { stopsEarly: false }, { earlyStopping: null }],
    ['a flip alone', { flips: true }, { augmentation: { ...NO_AUGMENTATION, horizontalFlip: true } }],
    [
      'a crop with its smallest area',
      { crops: true, ...typed({ smallestArea: '0.3' }) },
      { augmentation: { ...NO_AUGMENTATION, randomResizedCrop: { ...USUAL_CROP, smallestArea: 0.3 } } },
    ],
    ['no augmentation once both were turned off', { flips: false, crops: false }, { augmentation: null }],
    ['a preset', { augmentation: 'strong' }, { augmentation: PRESET_VALUES.strong }],
    ['a preset that was taken back', { augmentation: 'none' }, { augmentation: null }],
    [
      'a preset that was changed',
      {
        augmentation: 'standard',
        flips: false,
        blurs: true,
        ...typed({ rotation: '12', largestSigma: '3', variants: '2' }),
      },
      {
        augmentation: {
          ...PRESET_VALUES.standard,
          horizontalFlip: false,
          rotation: 12,
          blur: { probability: 0.5, smallestSigma: 0.1, largestSigma: 3 },
          variants: 2,
        },
      },
    ],
    ['an amount alone', typed({ mixup: '0.3' }), { augmentation: { ...NO_AUGMENTATION, mixup: 0.3 } }],
    ['classes drawn alike', { sampling: 'balanced' }, { sampling: 'balanced' }],
    [
      'no weights for training from scratch, though some were chosen',
      { strategy: 'scratch', weights: { reference: { kind: 'granted', grantId: 'g' }, label: 'a.h5' } },
      { strategy: 'scratch' },
    ],
    ['a head', { head: 'sigmoid' }, { head: 'sigmoid' }],
  ])('is %s', (_, change, expected) => {
    const request = planRequest({ ...EMPTY_DRAFT, ...change }, dataset, sgd);
    expect(request).toEqual({ strategy: 'features', dataset, ...expected });
    expect(trainingPlanRequest.safeParse(request).success).toBe(true);
  });

  it('leaves out figures that cannot be read, and gives them to the preview as they were typed', () => {
    const draft = { ...EMPTY_DRAFT, ...typed({ epochs: '0', batchSize: 'many', seed: '7' }) };
    expect(planRequest(draft, dataset, sgd)).toEqual({ strategy: 'features', dataset, seed: 7 });
    expect(previewRequest(draft, dataset, sgd)).toEqual({
      strategy: 'features',
      dataset,
      epochs: 0,
      batchSize: 'many',
      seed: 7,
    });
    expect(wrongFields(draft, sgd)).toEqual(['epochs', 'batchSize']);
  });

  it.each<[NumberField, Partial<PlanDraft>, Partial<PlanDraft>]>([
    ['momentum', { optimizer: 'sgd' }, { optimizer: 'adam' }],
    ['beta1', { optimizer: 'adam' }, { optimizer: 'sgd' }],
    ['rho', { optimizer: 'adadelta' }, { optimizer: 'adagrad' }],
    ['epsilon', { optimizer: 'rmsprop' }, { optimizer: 'nesterov' }],
    ['clippingLimit', { clipping: 'norm' }, { clipping: 'none' }],
    ['scheduleFactor', { schedule: 'exponential' }, { schedule: 'cosine' }],
    ['scheduleFloor', { schedule: 'cosine' }, { schedule: 'step' }],
    ['patience', { stopsEarly: true }, { stopsEarly: false }],
    ['smallestArea', { crops: true }, { crops: false }],
    ['largestSigma', { augmentation: 'strong' }, { augmentation: 'standard' }],
    ['erasingProbability', { erases: true }, {}],
  ])('is held up by a wrong %s only while it is shown', (field, shown, hidden) => {
    const draft = { ...EMPTY_DRAFT, ...typed({ [field]: 'nonsense' }) };
    expect(wrongFields({ ...draft, ...shown }, sgd)).toEqual([field]);
    expect(wrongFields({ ...draft, ...hidden }, sgd)).toEqual([]);
  });
});

describe('a typed figure', () => {
  it.each<[NumberField, string, object]>([
    ['epochs', '', { kind: 'empty' }],
    ['epochs', '  ', { kind: 'empty' }],
    ['epochs', '15', { kind: 'value', value: 15 }],
    ['epochs', '1.5', { kind: 'wrong', value: 1.5 }],
    ['epochs', '100001', { kind: 'wrong', value: 100_001 }],
    ['epochs', '0x10', { kind: 'wrong', value: '0x10' }],
    ['learningRate', '.005', { kind: 'value', value: 0.005 }],
    ['learningRate', '1e-3', { kind: 'value', value: 0.001 }],
    ['learningRate', '-1', { kind: 'wrong', value: -1 }],
    ['learningRate', '0,01', { kind: 'wrong', value: '0,01' }],
    ['learningRate', 'Infinity', { kind: 'wrong', value: 'Infinity' }],
    ['learningRate', '1e999', { kind: 'wrong', value: Infinity }],
    ['momentum', '1', { kind: 'wrong', value: 1 }],
    ['beta2', '1', { kind: 'wrong', value: 1 }],
    ['epsilon', '0', { kind: 'wrong', value: 0 }],
    ['initialAccumulator', '-1', { kind: 'wrong', value: -1 }],
    ['labelSmoothing', '1', { kind: 'wrong', value: 1 }],
    ['l1', '0', { kind: 'value', value: 0 }],
    ['weightDecay', '2', { kind: 'wrong', value: 2 }],
    ['scheduleFactor', '1', { kind: 'wrong', value: 1 }],
    ['warmupEpochs', '0.5', { kind: 'value', value: 0.5 }],
    ['clippingLimit', '0', { kind: 'wrong', value: 0 }],
    ['dropout', '0', { kind: 'value', value: 0 }],
    ['validationShare', '1', { kind: 'wrong', value: 1 }],
    ['testShare', '0', { kind: 'value', value: 0 }],
    ['testShare', '1', { kind: 'wrong', value: 1 }],
    ['folds', '1', { kind: 'wrong', value: 1 }],
    ['fold', '0', { kind: 'wrong', value: 0 }],
    ['smallestArea', '1', { kind: 'value', value: 1 }],
    ['seed', '4294967296', { kind: 'wrong', value: 4_294_967_296 }],
    ['patience', '0', { kind: 'wrong', value: 0 }],
  ])('of %s, %j, is %j', (field, text, expected) => {
    expect(readNumber(field, text)).toEqual(expected);
  });
});

it('asks nothing of features that concerns images, and keeps it for when images are opened again', () => {
  const images: PlanDraft = {
    ...EMPTY_DRAFT,
    network: 'vgg16_224',
    flips: true,
    crops: true,
    frozenPrecision: 'bfloat16',
    ...typed({ smallestArea: '7', epochs: '3' }),
  };
  const draft = draftForFeatures(images);
  expect(planRequest(draft, dataset, sgd)).toEqual({ dataset, strategy: 'features', epochs: 3 });
  expect(wrongFields(draft, sgd)).toEqual([]);
  expect(wrongFields(images, sgd)).toEqual(['smallestArea']);
});
