import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { describeCutThroughBranches } from '../freeze/boundary-branch.ts';
import type { FreezePlan } from '../freeze/freeze-plan.ts';
import { describeCutBranch } from '../network/cut-base.ts';
import type { Network } from '../network/layer.ts';

/**
 * What of a plan's head and boundary works and is seldom meant, in words.
 *
 * @param base the network without its head, not cut
 * @param network with it
 */
export function networkWarnings(
  { headDesign }: Pick<TrainingPlan, 'headDesign'>,
  base: Network,
  network: Network,
  { cut }: Pick<FreezePlan, 'cut'>,
): readonly string[] {
  const told = [describeCutBranch(base, headDesign.base), describeCutThroughBranches(network, cut)];
  return told.flatMap((warning) => warning ?? []);
}
