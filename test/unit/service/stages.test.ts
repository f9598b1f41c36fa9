import { describe, expect, it } from 'vitest';
import type { TrainingStageRequest } from '../../../src/shared/contract/plan-request.ts';
import { trainingPlan } from '../../../src/shared/contract/plan.ts';
import { stagePlan } from '../../../src/shared/contract/stages.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { checkStages } from '../../../src/engine/service/check-stages.ts';
import { completePlan } from '../../../src/engine/service/default-plan.ts';
import { stagesOfPreset } from '../../../src/engine/service/stage-presets.ts';
import { expectError } from '../../support/expect-error.ts';

const NETWORK = 'mobilenet_v1_0.25_96';
const network = withHead(findNetwork(NETWORK).build(), { classes: 2, dropout: 0, head: 'softmax' });
const LAST = { action: 'thaw', pattern: 'block_13' } as const;

function planOf(...stages: TrainingStageRequest[]) {
  return completePlan({ network: NETWORK, epochs: 4, optimizer: { learningRate: 0.01 }, stages });
}

describe('a plan in stages', () => {
  it('takes from the plan what a stage leaves out, and says of itself what its first stage says', () => {
    const plan = planOf({ name: 'head' }, { name: 'last', rules: [LAST], learningRate: 0.001, epochs: 6 });
    expect(trainingPlan.parse(plan)).toEqual(plan);
    expect(plan).toMatchObject({ strategy: 'features', rules: [], epochs: 10, optimizer: { learningRate: 0.01 } });
    expect(plan.stages).toMatchObject([
      { name: 'head', epochs: 4, learningRate: 0.01, begins: 'best', earlyStopping: null },
      { name: 'last', epochs: 6, learningRate: 0.001, strategy: 'features', rules: [LAST] },
    ]);
    expect(stagePlan(plan, 1)).toMatchObject({
      epochs: 6,
      stages: [],
      optimizer: { kind: 'sgd', learningRate: 0.001 },
    });
  });

  it('begins with the weights that its first stage needs', () => {
    const plan = planOf({ name: 'all', strategy: 'scratch' }, { name: 'head' });
    expect(plan).toMatchObject({
      strategy: 'scratch',
      weights: { kind: 'none' },
      stages: [{}, { strategy: 'features' }],
    });
  });

  it.each([
    [
      'begins anew in the middle',
      () => planOf({ name: 'head' }, { name: 'anew', strategy: 'scratch' }),
      "stage 2 'anew' has the strategy 'scratch'",
    ],
    [
      'has too many epochs',
      () => planOf({ name: 'a', epochs: 60_000 }, { name: 'b', epochs: 60_000 }),
      'its stages have 120,000 together',
    ],
  ])('is refused where it %s', async (_, complete, message) => {
    await expectError(complete, 'usage.invalid', message);
  });

  it.each([
    {
      what: 'a pattern that matches nothing, with its stage',
      stages: [{ name: 'head' }, { name: 'last', rules: [{ action: 'thaw', pattern: 'block_99' }] }],
      code: 'usage.noMatch',
      message: "In stage 2 'last': ",
    },
    {
      what: 'a stage that leaves nothing to train',
      stages: [{ name: 'none', rules: [{ action: 'freeze', pattern: '/./' }] }],
      code: 'usage.invalid',
      message: "In stage 1 'none': Training needs at least one layer",
    },
    {
      what: 'a rate for what does not train in its stage',
      stages: [{ name: 'head', learningRateRules: [{ pattern: 'block_13', factor: 0.1 }] }],
      code: 'usage.noMatch',
      message: "In stage 1 'head': A learning rate's rule",
    },
    {
      what: 'a stage that thaws what trained already, with the layer',
      stages: [
        { name: 'last', rules: [LAST] },
        { name: 'again', rules: [LAST] },
      ],
      code: 'usage.invalid',
      message: "the stage 2 'again' does neither: 'conv_dw_13' trains in stage 'last' already",
    },
  ] as const)('says before training $what', async ({ stages, code, message }) => {
    const plan = planOf(...stages.map((stage) => ({ ...stage }) as TrainingStageRequest));
    await expectError(() => checkStages(network, plan), code, message);
  });

  it('warns of a stage that freezes alone, naming the layer, and lets one of another rate be', () => {
    const both = { name: 'last', rules: [LAST] };
    const { warnings } = checkStages(network, planOf(both, { name: 'head' }));
    expect(warnings).toEqual(["The stage 2 'head' thaws nothing, and freezes 'conv_dw_13' with all else as it was."]);
    expect(checkStages(network, planOf(both, { ...both, name: 'slower', learningRate: 0.001 })).warnings).toEqual([]);
  });
});

describe('stages of a preset', () => {
  it('thaw block by block from the top, each at a tenth of the head, and slower below where that is asked for', () => {
    const { stages } = stagesOfPreset({
      network: NETWORK,
      preset: 'gradualUnfreezing',
      blocks: 2,
      learningRate: 0.02,
      discriminative: true,
    });
    expect(
      stages.map(({ name, rules, learningRate }) => [name, rules?.map(({ pattern }) => pattern), learningRate]),
    ).toEqual([
      ['head', [], 0.02],
      ['from block_13', ['block_13'], 0.002],
      ['from block_12', ['block_13', 'block_12'], 0.002],
    ]);
    const factors = stages[2]?.learningRateRules?.map(({ factor }) => factor) ?? [];
    expect(factors[0]).toBeCloseTo(1 / 2.6);
    expect(factors[1]).toBeCloseTo(1 / 2.6 ** 2);
  });

  it.each(['gradualUnfreezing', 'headLastAll'] as const)(
    '%s passes the checks of a plan, on networks of several families',
    (preset) => {
      for (const name of [NETWORK, 'resnet50_64', 'inception_v3']) {
        const built = withHead(findNetwork(name).build(), { classes: 2, dropout: 0, head: 'softmax' });
        const { stages } = stagesOfPreset({ network: name, preset });
        const plan = completePlan({ network: name, weights: { kind: 'file', path: '/w' }, stages });
        const { freezes, warnings } = checkStages(built, plan);
        expect(warnings).toEqual([]);
        expect(freezes.at(-1)?.parameters.trainable).toBeGreaterThan(freezes[0]?.parameters.trainable ?? Infinity);
      }
    },
  );
});
