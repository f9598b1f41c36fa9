import { describe, expect, it } from 'vitest';
import { compareParameters, type GivenParts } from '../../../../src/engine/experiment/compare/compare-parameters.ts';
import { finishedRun } from '../../../support/run-detail.ts';
import { samplePlan } from '../../../support/training-plan.ts';

function given(changes: Parameters<typeof samplePlan>[0] = {}, rest: Partial<GivenParts> = {}): GivenParts {
  const { environment } = finishedRun();
  const dataset = { version: 'f00', classes: ['ants', 'bees'], train: 397, validation: 153, test: 50 };
  return { plan: samplePlan(changes), dataset, weights: { format: 'keras-h5', sha256: 'ab' }, environment, ...rest };
}

function differing(...runs: readonly GivenParts[]): Record<string, readonly unknown[]> {
  return Object.fromEntries(
    compareParameters(runs)
      .filter(({ differs }) => differs)
      .map(({ key, values }) => [key, values]),
  );
}

describe('parameters side by side', () => {
  it('do not differ between runs of one plan', () => {
    expect(differing(given(), given())).toEqual({});
    const keys = compareParameters([given()]).map(({ key }) => key);
    expect(keys).toEqual(
      expect.arrayContaining(['plan.optimizer.learningRate', 'dataset.version', 'weights.sha256', 'environment.cpu']),
    );
    expect(keys).not.toContain('plan.schemaVersion');
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each<[string, Partial<ReturnType<typeof samplePlan>>, Record<string, readonly unknown[]>]>([
    ['a number', { batchSize: 8 }, { 'plan.batchSize': [32, 8] }],
    ['what is so or not', { newHead: true }, { 'plan.newHead': [false, true] }],
    [
      'another optimizer: what only one has is null for the other',
      { optimizer: { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } },
      {
        'plan.optimizer.kind': ['sgd', 'adam'],
        'plan.optimizer.beta1': [null, 0.9],
        'plan.optimizer.beta2': [null, 0.999],
        'plan.optimizer.epsilon': [null, 1e-7],
        'plan.optimizer.momentum': [0.9, null],
        'plan.optimizer.nesterov': [false, null],
      },
    ],
    [
      'rules, as one value',
      {
        rules: [
          { action: 'thaw', pattern: 'from:block_13' },
          { action: 'freeze', pattern: '/bn$/' },
        ],
      },
      { 'plan.rules': ['', 'thaw from:block_13; freeze /bn$/'] },
    ],
    [
      'what may be nothing at all',
      { earlyStopping: { monitor: 'val_loss', patience: 5 } },
      {
        'plan.earlyStopping.monitor': [null, 'val_loss'],
        'plan.earlyStopping.patience': [null, 5],
      },
    ],
  ])('differ in %s', (_, changes, expected) => {
    expect(differing(given(), given(changes))).toEqual(expected);
  });

  it('differ in the dataset as it was found, and in what only one run came to know', () => {
    const other = { version: 'c0ffee', classes: ['ants'], train: 397, validation: 153, test: 50 };
    expect(differing(given(), given({}, { dataset: other }))).toEqual({
      'dataset.version': ['f00', 'c0ffee'],
      'dataset.classes': [2, 1],
    });
    expect(differing(given(), given({}, { weights: null }))).toEqual({
      'weights.format': ['keras-h5', null],
      'weights.sha256': ['ab', null],
    });
  });

  it('keeps what belongs together in one place', () => {
    const adam = { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
    const keys = compareParameters([given(), given({ optimizer: adam })]).map(({ key }) => key);
    const places = keys.flatMap((key, place) => (key.startsWith('plan.optimizer.') ? [place] : []));
    expect((places.at(-1) ?? 0) - (places[0] ?? 0)).toBe(places.length - 1);
  });
});
