import type { TrainingPlan, TrainingStage } from './plan.ts';

/**
 * What a plan asks of one of its stages, as a plan of one piece: what is frozen, its rates, its epochs and its end.
 *
 * @param stage from 0; a plan without stages is its own stage 0
 */
export function stagePlan(plan: TrainingPlan, stage: number): TrainingPlan {
  if (plan.stages.length === 0 && stage === 0) return plan;
  const found = plan.stages[stage];
  if (!found) throw new RangeError(`A plan of ${plan.stages.length} stages has no stage ${stage}.`);
  const { strategy, rules, epochs, learningRate, learningRateRules, schedule, warmupEpochs, earlyStopping } = found;
  const optimizer = { ...plan.optimizer, learningRate };
  const own = { strategy, rules, epochs, optimizer, learningRateRules, schedule, warmupEpochs, earlyStopping };
  return { ...plan, ...own, stages: [] };
}

/** How many stages a plan has; one that is one piece has one. */
export function stageCount({ stages }: Pick<TrainingPlan, 'stages'>): number {
  return Math.max(1, stages.length);
}

/** The plan in these stages, which says of itself what its first stage says; of one piece where there are none. */
export function withStages(plan: TrainingPlan, stages: readonly TrainingStage[]): TrainingPlan {
  const [first] = stages;
  if (!first) return { ...plan, stages: [] };
  const epochs = stages.reduce((sum, stage) => sum + stage.epochs, 0);
  const { strategy, rules, learningRate, learningRateRules, schedule, warmupEpochs, earlyStopping } = first;
  const optimizer = { ...plan.optimizer, learningRate };
  const own = { strategy, rules, optimizer, learningRateRules, schedule, warmupEpochs, earlyStopping };
  return { ...plan, ...own, epochs, stages: [...stages] };
}
