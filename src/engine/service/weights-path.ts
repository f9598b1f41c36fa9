import path from 'node:path';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { findNetwork } from '../network/registry.ts';
import { RESOURCES } from '../training/resources.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import type { ServiceContext } from './context.ts';
import { assertWeights } from './start-training.ts';

/**
 * Where the weights lie that a plan begins with.
 *
 * @returns null where every tensor is drawn anew
 * @throws ThawError `weights.missing`, `run.unknown`, `run.state`, `training.checkpoint`
 */
export async function weightsPath(
  context: ServiceContext,
  { weights, network }: Pick<TrainingPlan, 'weights' | 'network'>,
): Promise<string | null> {
  const runDirectory = await assertWeights(context, weights);
  switch (weights.kind) {
    case 'none':
      return null;
    case 'file':
      return weights.path;
    case 'shipped': {
      const { shipped } = findNetwork(network);
      return shipped === null ? null : path.join(RESOURCES, shipped);
    }
    case 'run':
      return runDirectory && chosenPrefix(runDirectory, weights.checkpoint ?? 'best');
  }
}
