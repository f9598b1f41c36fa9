import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPlanFile } from '../../../../src/engine/plan-file/read-plan-file.ts';
import { completePlan } from '../../../../src/engine/service/default-plan.ts';
import { draftOfRequest } from '../../../../src/renderer/state/draft-of-request.ts';
import { wrongFields } from '../../../../src/renderer/state/plan-draft.ts';
import { planRequest } from '../../../../src/renderer/state/plan-request.ts';
import { fusedNames } from '../../../../src/shared/contract/fused-network.ts';
import type { TrainingPlan, WeightsSource } from '../../../../src/shared/contract/plan.ts';
import { trainingPlanRequest, type TrainingPlanRequest } from '../../../../src/shared/contract/plan-request.ts';

const RECIPES = path.join(import.meta.dirname, '../../../../docs/recipes');
const dataset = { kind: 'sample' } as const;

/** Weights such as a person would choose once the plan is in the form. */
function chosenFor({ network = '' }: TrainingPlanRequest): WeightsSource {
  const file = { kind: 'file', path: '/chosen' } as const;
  const parts = fusedNames(network);
  return parts === null ? file : { kind: 'fused', parts: parts.map(() => file) };
}

/** What the engine makes of a request, with weights in place of those that it is without. */
function complete(request: TrainingPlanRequest, weights: WeightsSource | undefined): TrainingPlan {
  const rest = { ...request };
  delete rest.weights;
  return completePlan({ ...rest, dataset, weights });
}

/** What the form asks for once a request was put into it. */
function throughForm(request: TrainingPlanRequest): TrainingPlanRequest {
  const draft = draftOfRequest(request, null);
  expect(wrongFields(draft, null)).toEqual([]);
  return trainingPlanRequest.parse(planRequest(draft, dataset, null));
}

/** The runs of every recipe, as a window is given them: it may name no path of its own. */
const runs = readdirSync(RECIPES)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) =>
    readPlanFile(readFileSync(path.join(RECIPES, name), 'utf8'), 'yaml', { name }).runs.map(
      (run) => [`${run.name ?? 'the plan'} of ${name}`, run] as const,
    ),
  );

describe('what a plan file asks for, put into the form', () => {
  it.each(runs)(
    'says the same of %s, but for what the window must be given',
    (_, { plan, weightsOf, parentOf, asks }) => {
      const isGiven = weightsOf !== null || parentOf !== null || asks.some(({ field }) => field === 'weights');
      const weights = isGiven ? chosenFor(plan) : plan.weights?.kind === 'none' ? plan.weights : undefined;
      const strategy = plan.strategy ?? (isGiven && plan.task ? 'finetune' : undefined);
      const request = { ...plan, ...(strategy && { strategy }) };
      expect(complete(throughForm(request), weights)).toEqual(complete(request, weights));
    },
  );

  it('leaves to the engine what is not said, weights that are to be chosen among it', () => {
    const [run] = readPlanFile(readFileSync(path.join(RECIPES, 'torch-transfer-learning.yaml'), 'utf8'), 'yaml').runs;
    expect(run?.asks.map(({ field, path: file }) => [field, file])).toEqual([
      ['dataset', 'hymenoptera_data'],
      ['weights', 'mobilenetV1X0.25_pretrain.tar'],
    ]);
    const draft = draftOfRequest(run?.plan ?? {}, null);
    expect(draft).toMatchObject({
      network: 'mobilenet_v1_leaky_0.25_224@torch',
      weights: null,
      strategy: 'finetune',
      schedule: null,
      stopsEarly: null,
    });
    // As torchvision's, and not as the form's own crop.
    expect(draft.typed).toMatchObject({ smallestArea: '0.08', epochs: '10', evaluationBatchSize: '' });
  });

  it.for<readonly [string, TrainingPlanRequest]>([
    ['nothing at all', {}],
    ['a crop, a blur and boxes without figures', { augmentation: { randomResizedCrop: {}, blur: {}, erasing: {} } }],
    ['some figures of a blur', { augmentation: { blur: { probability: 0.2 }, rotation: 5 } }],
    ['no augmentation', { augmentation: null }],
    ['momentum of no named optimizer', { optimizer: { momentum: 0.5 } }],
    ['Nesterov momentum of no named optimizer', { optimizer: { nesterov: true } }],
    ['a rate alone', { optimizer: { learningRate: 0.02 } }],
    ['a schedule without figures', { schedule: { kind: 'plateau' }, warmupEpochs: 2 }],
    ['a part of a head', { headDesign: { initializer: 'heNormal' } }],
    ['a part of the preprocessing', { preprocessing: { kernel: 'bicubic' } }],
    ['balanced classes and no clipping', { classWeights: { kind: 'balanced' }, gradientClipping: null }],
    ['no early stopping', { earlyStopping: null }],
    ['a task of its own', { task: { kind: 'pairs', margin: 3 } }],
    [
      'stages that have most of the plan',
      {
        strategy: 'finetune',
        rules: [{ action: 'thaw', pattern: 'last:2' }],
        epochs: 4,
        optimizer: { learningRate: 0.02 },
        learningRateRules: [{ pattern: 'block_12', factor: 0.5 }],
        schedule: { kind: 'cosine' },
        earlyStopping: { monitor: 'val_loss', patience: 3 },
        stages: [
          { name: 'as the plan' },
          { name: 'otherwise', strategy: 'features', rules: [], epochs: 2, learningRate: 0.1, earlyStopping: null },
        ],
      },
    ],
  ])('says the same of %s', ([, request]) => {
    expect(complete(throughForm(request), undefined)).toEqual(complete(request, undefined));
  });
});
