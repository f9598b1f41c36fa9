import { describe, expect, it } from 'vitest';
import { LEARNING_TASKS, type LearningTask } from '../../../src/shared/contract/learning-task.ts';
import { completePlan } from '../../../src/engine/service/default-plan.ts';
import type { ResolvedPlanRequest } from '../../../src/engine/service/resolve-references.ts';
import { expectError } from '../../support/expect-error.ts';

const ALL: Readonly<Record<LearningTask['kind'], LearningTask>> = {
  classify: { kind: 'classify' },
  autoencoder: { kind: 'autoencoder', layerwise: false, noise: 0.1 },
  rotation: { kind: 'rotation' },
  corruption: { kind: 'corruption' },
  pairs: { kind: 'pairs', margin: 1 },
  ranking: { kind: 'ranking', margin: 2 },
};
const LAYERWISE: LearningTask = { kind: 'autoencoder', layerwise: true, noise: 0 };
const NETWORK = 'dense_30-20_14';

describe('what is usual of a task', () => {
  it.each(LEARNING_TASKS.filter((kind) => kind !== 'classify'))(
    '%s trains everything, anew without weights',
    (kind) => {
      const task = ALL[kind];
      const plan = completePlan({ network: NETWORK, task });
      expect(plan).toMatchObject({ task, strategy: 'scratch', weights: { kind: 'none' }, stages: [] });
      expect(plan.optimizer.kind).toBe(kind === 'autoencoder' ? 'adam' : 'sgd');
      const weights = { kind: 'run', runId: 'before' } as const;
      expect(completePlan({ network: NETWORK, task, weights })).toMatchObject({ strategy: 'finetune', weights });
    },
  );

  it('classes are learnt by the head, as ever', () => {
    expect(completePlan({})).toMatchObject({ task: { kind: 'classify' }, strategy: 'features' });
  });

  it('leaves an optimizer that was meant alone', () => {
    const task = ALL.autoencoder;
    expect(completePlan({ task, optimizer: { momentum: 0.5 } }).optimizer).toMatchObject({
      kind: 'sgd',
      momentum: 0.5,
    });
    expect(completePlan({ task, optimizer: { kind: 'rmsprop' } }).optimizer.kind).toBe('rmsprop');
  });
});

describe('layer by layer', () => {
  it('is a stage for each layer, of as many epochs as were asked for', () => {
    const plan = completePlan({ network: NETWORK, task: LAYERWISE, epochs: 7 });
    expect(plan.epochs).toBe(14);
    expect(plan.stages.map(({ name, epochs, strategy, rules }) => [name, epochs, strategy, rules])).toEqual([
      ['dense_1', 7, 'scratch', thawing('dense_1', 'decode_dense_1')],
      ['dense_2', 7, 'finetune', thawing('dense_2', 'decode_dense_2')],
    ]);
    expect(plan.rules).toEqual(plan.stages[0]?.rules);
  });

  it('is the same plan completed again, as when it is read from a file', () => {
    const plan = completePlan({ network: NETWORK, task: LAYERWISE, epochs: 7, optimizer: { learningRate: 0.01 } });
    expect(completePlan(plan)).toEqual(plan);
  });

  it.each<readonly [string, ResolvedPlanRequest, string]>([
    ['other stages', { stages: [{ name: 'all' }] }, 'other stages'],
    ['rules', { rules: [{ action: 'freeze', pattern: 'dense_1' }] }, 'rules of its own'],
    ['a network with branches', { network: 'resnet50' }, 'of resnet50_224 does not'],
    ['augmentation', { augmentation: { horizontalFlip: true } }, 'received augmentation'],
  ])('is refused with %s', (_, changes, words) =>
    expectError(() => completePlan({ network: NETWORK, task: LAYERWISE, ...changes }), 'usage.invalid', words),
  );
});

function thawing(...patterns: readonly string[]) {
  return [{ action: 'freeze', pattern: '/./' }, ...patterns.map((pattern) => ({ action: 'thaw', pattern }))];
}

describe('what makes no sense with a task is refused with words', () => {
  it.each<readonly [string, LearningTask, ResolvedPlanRequest, string]>([
    ['the head alone', ALL.rotation, { strategy: 'features' }, 'trains the head alone'],
    ['class weights', ALL.corruption, { classWeights: { kind: 'balanced' } }, 'received class weights'],
    ['balanced sampling', ALL.pairs, { sampling: 'balanced' }, 'received balanced sampling'],
    ['a sigmoid over four turns', ALL.rotation, { head: 'sigmoid' }, 'received a sigmoid head'],
    ['features', ALL.ranking, { dataset: { kind: 'features', path: 'a.npz' } }, 'looks at images'],
    ['variants', ALL.rotation, { augmentation: { variants: 2 } }, 'received variants'],
    ['a trained head', ALL.rotation, { headWeights: { kind: 'run', runId: 'a' } }, 'received one of another run'],
    ['another loss', ALL.pairs, { loss: 'meanSquaredError' }, 'has a loss of its own'],
    ['smoothed labels', ALL.autoencoder, { labelSmoothing: 0.1 }, 'has no labels to smooth'],
    ['mixed labels', ALL.ranking, { augmentation: { mixup: 0.2 } }, 'has no labels to mix'],
    ['a head', ALL.autoencoder, { headDesign: { pooling: 'max' } }, 'ends in a decoder'],
    ['dropout', ALL.autoencoder, { dropout: 0.5 }, 'received dropout'],
    [
      'an accuracy to look at',
      ALL.autoencoder,
      { earlyStopping: { monitor: 'val_accuracy', patience: 3 } },
      'has an error and no accuracy',
    ],
    [
      'an accuracy for a plateau',
      ALL.autoencoder,
      { schedule: { kind: 'plateau', monitor: 'val_accuracy' } },
      'has an error and no accuracy',
    ],
  ])('%s', (_, task, changes, words) =>
    expectError(() => completePlan({ network: NETWORK, task, ...changes }), 'usage.invalid', words),
  );

  it.each<readonly [string, LearningTask, ResolvedPlanRequest]>([
    ['a sigmoid over corrupted and not', ALL.corruption, { head: 'sigmoid' }],
    ['smoothed labels of turns', ALL.rotation, { labelSmoothing: 0.1 }],
    ['stages of a whole autoencoder', ALL.autoencoder, { stages: [{ name: 'one', epochs: 2 }] }],
    ['an augmented autoencoder', ALL.autoencoder, { augmentation: { horizontalFlip: true } }],
  ])('while %s does', (_, task, changes) => {
    expect(completePlan({ network: NETWORK, task, ...changes })).toMatchObject({ task });
  });
});
