import { describe, expect, it } from 'vitest';
import { trainingPlanRequest, type TrainingPlanRequest } from '../../../src/shared/contract/plan-request.ts';
import { stagePlan } from '../../../src/shared/contract/stages.ts';
import { branchedRequest } from '../../../src/engine/service/branch-run.ts';
import { completePlan } from '../../../src/engine/service/default-plan.ts';
import type { ResolvedPlanRequest } from '../../../src/engine/service/resolve-references.ts';
import { samplePlan } from '../../support/training-plan.ts';

const WEIGHTS = { kind: 'run', runId: 'r1', checkpoint: 'last' } as const;
const RULES = [{ action: 'thaw', pattern: 'block_13' } as const];
const LAYERWISE = { kind: 'autoencoder', layerwise: true, noise: 0 } as const;

/** What becomes of the branch's request. */
function completed(request: TrainingPlanRequest) {
  return completePlan({ ...request, weights: WEIGHTS } as ResolvedPlanRequest);
}

describe('a branch', () => {
  it.each(['reuse', 'headWeights'] as const)(
    'begins with all of its checkpoint, whatever its run took as %s, unless it is asked for',
    (key) => {
      const values = { reuse: '/conv/', headWeights: { kind: 'run', runId: 'r0' } } as const;
      const from = samplePlan({ [key]: values[key] });
      expect(trainingPlanRequest.strip().parse(branchedRequest({}, from))[key]).toBeNull();
      expect(branchedRequest({ [key]: values[key] }, from)[key]).toEqual(values[key]);
    },
  );

  it('keeps the rules of its run where it learns the same, and leaves them out where it learns something else', () => {
    const from = samplePlan({ rules: RULES, learningRateRules: [{ pattern: 'block_13', factor: 0.1 }] });
    expect(branchedRequest({}, from)).toMatchObject({ rules: RULES, learningRateRules: from.learningRateRules });
    const other = { task: { kind: 'rotation' } } as const;
    expect(branchedRequest(other, from)).toMatchObject({ rules: [], learningRateRules: [] });
    expect(branchedRequest({ ...other, rules: RULES }, from)).toMatchObject({ rules: RULES, learningRateRules: [] });
  });

  it('of a run that trained layer by layer trains layer by layer again, or what it is asked to', () => {
    const whole = completePlan({ network: 'dense_30-20_14', task: LAYERWISE, epochs: 2 });
    expect(whole.stages.length).toBeGreaterThan(1);
    for (const stage of whole.stages.keys()) {
      const from = stagePlan(whole, stage);
      const again = completed(branchedRequest({}, from));
      expect(again.stages.map(({ name, epochs }) => [name, epochs])).toEqual(whole.stages.map(({ name }) => [name, 2]));
      const classifier = completed(branchedRequest({ task: { kind: 'classify' } }, from));
      expect(classifier).toMatchObject({ rules: [], stages: [], strategy: 'finetune', task: { kind: 'classify' } });
    }
  });
});
