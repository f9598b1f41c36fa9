import type { Strategy } from '../src/shared/contract/plan.ts';
import { completePlan } from '../src/engine/service/default-plan.ts';

/** The numbers that `thaw train` chooses by itself for a strategy, as the peers' scripts take them: both train alike. */
export function peerPlan(strategy: Strategy): readonly string[] {
  const { batchSize, optimizer, dropout } = completePlan({ strategy });
  const numbers = { batch: batchSize, lr: optimizer.learningRate, dropout };
  return Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
