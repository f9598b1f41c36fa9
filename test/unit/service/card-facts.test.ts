import { afterAll, expect, it } from 'vitest';
import type { TrainingPlan, TrainingStage } from '../../../src/shared/contract/plan.ts';
import { withStages } from '../../../src/shared/contract/stages.ts';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { readRun } from '../../../src/engine/experiment/run-reader.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { cardFacts } from '../../../src/engine/service/card-facts.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const log = openLog(temporaryFolder());
afterAll(() => log.close());

function facts(plan: TrainingPlan, stage = 0): ReturnType<typeof cardFacts> {
  const runId = createRun(log, plan, null);
  releaseTrainerLock(log, runId);
  return cardFacts({ log }, readRun(log, runId), stage);
}

it('the card of fused weights tells those of each part, and a licence only where all are known', () => {
  const shipped = { kind: 'shipped' } as const;
  const { weights } = facts(
    samplePlan({ weights: { kind: 'fused', parts: [shipped, { kind: 'file', path: '/secret/mine.h5' }] } }),
  );
  expect(weights).toMatchObject({ licence: null });
  expect(weights?.source).toBe('the weights that ship with Thaw (part 1), the file mine.h5 (part 2)');
  const both = facts(samplePlan({ weights: { kind: 'fused', parts: [shipped, shipped] } }));
  expect(both.weights?.licence).toBe('Apache-2.0');
});

it('the card tells the strategies until the stage of its checkpoint, and the head that it began with', () => {
  const stage: TrainingStage = {
    name: 'a stage',
    strategy: 'features',
    rules: [],
    epochs: 1,
    learningRate: 0.1,
    learningRateRules: [],
    schedule: { kind: 'constant' },
    warmupEpochs: 0,
    earlyStopping: null,
    begins: 'best',
  };
  const headWeights = { kind: 'run', runId: '20251231-000000-head' } as const;
  const plan = withStages(samplePlan({ headWeights }), [stage, { ...stage, strategy: 'finetune' }]);
  expect(facts(plan, 0)).toMatchObject({ strategy: 'features', head: '20251231-000000-head' });
  expect(facts(plan, 1).strategy).toBe('features, then finetune');
});
