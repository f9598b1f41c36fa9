import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlanFile } from '../../../src/engine/plan-file/read-plan-file.ts';
import { writePlanFile } from '../../../src/engine/plan-file/write-plan-file.ts';
import { completePlan } from '../../../src/engine/service/default-plan.ts';
import type { ResolvedPlanRequest } from '../../../src/engine/service/resolve-references.ts';
import { PLAN_FORMATS } from '../../../src/shared/contract/plan-file.ts';
import { LOSSES, RULE_ACTIONS, SAMPLINGS, STRATEGIES, type TrainingPlan } from '../../../src/shared/contract/plan.ts';
import { trainingPlanRequest } from '../../../src/shared/contract/plan-request.ts';

/** Anything that a name or pattern may hold, what YAML has a meaning for among it. */
const words = fc.oneof(
  fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
  fc.constantFrom(
    'null',
    'yes',
    '0x1f',
    '1e3',
    '- a',
    'a: b',
    '#',
    '*a',
    '&a',
    '!a',
    '/^conv\\d+$/',
    "'",
    '"',
    'a\nb',
    '~',
  ),
);
const share = fc.double({ min: 0, max: 0.99, noNaN: true });
const rate = fc.double({ min: 1e-8, max: 10, noNaN: true });
const absolutePath = fc
  .oneof(words, fc.constantFrom('run:a', 'sample', 'none', 'a.npz'))
  .map((name) => `/${name.replaceAll(/[/\0]/g, '_')}`)
  .filter((path) => !/\/\.{1,2}$/.test(path));

const request: fc.Arbitrary<ResolvedPlanRequest> = fc.record(
  {
    dataset: fc.oneof(
      fc.record({ kind: fc.constant('folder' as const), path: absolutePath }),
      fc.record({
        kind: fc.constant('folder' as const),
        path: absolutePath,
        structure: fc.record({ kind: fc.constant('namedFiles' as const), pattern: words }),
      }),
      fc.constant({ kind: 'sample' as const }),
    ),
    weights: fc.oneof(
      fc.record({ kind: fc.constant('file' as const), path: absolutePath }),
      fc.record({ kind: fc.constant('file' as const), path: absolutePath, mapping: fc.array(words, { maxLength: 3 }) }),
      fc.record({
        kind: fc.constant('run' as const),
        runId: fc.constant('20261123-231045-k3f9'),
        checkpoint: fc.oneof(fc.constantFrom('best' as const, 'last' as const), fc.record({ step: fc.nat() })),
      }),
      fc.constant({ kind: 'shipped' as const }),
    ),
    strategy: fc.constantFrom(...STRATEGIES),
    rules: fc.array(fc.record({ action: fc.constantFrom(...RULE_ACTIONS), pattern: words }), { maxLength: 4 }),
    learningRateRules: fc.array(
      fc.record({ pattern: words, factor: fc.double({ min: 1e-6, max: 1000, noNaN: true }) }),
      { maxLength: 3 },
    ),
    epochs: fc.integer({ min: 1, max: 100_000 }),
    batchSize: fc.integer({ min: 1, max: 65_536 }),
    optimizer: fc.oneof(
      fc.record({ kind: fc.constant('sgd' as const), learningRate: rate, momentum: share, nesterov: fc.boolean() }),
      fc.record({ kind: fc.constant('adam' as const), learningRate: rate, beta1: share, beta2: share }),
      fc.record({ kind: fc.constant('adadelta' as const), rho: share }),
    ),
    schedule: fc.oneof(
      fc.record({ kind: fc.constant('cosine' as const), floor: share }),
      fc.constant({ kind: 'constant' as const }),
      fc.record({ kind: fc.constant('plateau' as const), patience: fc.integer({ min: 1, max: 9 }) }),
    ),
    weightDecay: share,
    loss: fc.constantFrom(...LOSSES),
    sampling: fc.constantFrom(...SAMPLINGS),
    earlyStopping: fc.option(
      fc.record({ monitor: fc.constant('val_loss' as const), patience: fc.integer({ min: 1, max: 9 }) }),
    ),
    augmentation: fc.option(fc.record({ rotation: fc.integer({ min: 0, max: 180 }), horizontalFlip: fc.boolean() })),
    classes: fc.option(fc.uniqueArray(words, { minLength: 2, maxLength: 5 })),
    classWeights: fc.option(
      fc.record({
        kind: fc.constant('given' as const),
        // Of which zod leaves out one name, whatever has it, for what it would do to an object.
        weights: fc.dictionary(
          words.filter((name) => name !== '__proto__'),
          fc.double({ min: 0, max: 9, noNaN: true }),
        ),
      }),
    ),
    groupPattern: fc.option(words),
    dropout: share,
    seed: fc.integer({ min: 0, max: 0xffffffff }),
  },
  { requiredKeys: [] },
);

function readBack(text: string, format: (typeof PLAN_FORMATS)[number]): TrainingPlan {
  const [run] = readPlanFile(text, format, { folder: '/' }).runs;
  if (!run) throw new Error('The file holds no plan.');
  return completePlan(run.plan as ResolvedPlanRequest);
}

describe('a plan that is written as a file', () => {
  it.each(PLAN_FORMATS)('is the same plan when it is read again: %s', (format) => {
    fc.assert(
      fc.property(request, (asked) => {
        const plan = completePlan(asked);
        const text = writePlanFile(trainingPlanRequest.strip().parse(plan), format, { title: 'a\nrun' });
        expect(readBack(text, format)).toEqual(plan);
      }),
      { numRuns: 150 },
    );
  });

  const others: readonly (readonly [string, ResolvedPlanRequest])[] = [
    [
      'stages',
      {
        stages: [
          { name: 'head', strategy: 'features', epochs: 2, learningRate: 0.01 },
          { name: 'all: # last', strategy: 'finetune', epochs: 3, rules: [{ action: 'freeze', pattern: 'conv1' }] },
        ],
      },
    ],
    [
      'a head of its own',
      {
        head: 'sigmoid',
        headDesign: {
          hidden: [{ kind: 'dense', units: 8, activation: 'relu', batchNorm: true, dropout: 0.5 }],
          initializer: 'truncatedNormal',
          standardDeviation: 0.001,
        },
      },
    ],
    ['another task', { task: { kind: 'pairs', margin: 1 }, strategy: 'scratch', network: 'mobilenet_v1_0.25_32' }],
    ['epochs of steps', { stepsPerEpoch: 100, logInterval: 10, evaluationImages: 100, sampling: 'random' }],
    [
      'the head of another run',
      { headWeights: { kind: 'run', runId: '20261123-231045-k3f9', checkpoint: { step: 7 } }, evaluateFirst: true },
    ],
  ];
  it.each(others)('is the same plan with %s', (_, asked) => {
    const plan = completePlan(asked);
    for (const format of PLAN_FORMATS) {
      expect(readBack(writePlanFile(trainingPlanRequest.strip().parse(plan), format), format)).toEqual(plan);
    }
  });

  it('names what people write by hand in its short form', () => {
    const text = writePlanFile(
      {
        epochs: 3,
        weights: { kind: 'run', runId: '20261123-231045-k3f9', checkpoint: { step: 12 } },
        dataset: { kind: 'folder', path: '/ants' },
        rules: [{ action: 'thaw', pattern: 'last:4' }],
      },
      'yaml',
      { title: 'Run A' },
    );
    expect(text).toBe(
      '# Run A\ndataset: /ants\nweights: run:20261123-231045-k3f9@12\nrules:\n  - thaw: last:4\nepochs: 3\n',
    );
  });

  it('names the run that it branches off in place of weights', () => {
    const parent = { relation: 'branched', runId: '20261123-231045-k3f9', checkpoint: { step: 7 } } as const;
    const text = writePlanFile({ epochs: 3 }, 'yaml', { parent });
    expect(text).toBe('parent: run:20261123-231045-k3f9@7\nepochs: 3\n');
    expect(readPlanFile(text, 'yaml').runs[0]).toMatchObject({ parent, plan: { epochs: 3 } });
  });
});
