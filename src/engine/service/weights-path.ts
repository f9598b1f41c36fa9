import { statSync } from 'node:fs';
import path from 'node:path';
import type { TrainingPlan, WeightsSource } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readResult } from '../experiment/run-reader.ts';
import { isActive } from '../experiment/run-status.ts';
import { findNetwork } from '../network/registry.ts';
import type { TrainerJob } from '../training/protocol.ts';
import { RESOURCES } from '../training/resources.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import type { ServiceContext } from './context.ts';

/**
 * @returns the run's folder where weights come from a run
 * @throws ThawError `weights.missing`, `run.unknown`, `run.state` or `training.checkpoint`
 */
export async function assertWeights(context: ServiceContext, weights: WeightsSource): Promise<string | null> {
  if (weights.kind === 'fused') {
    for (const part of weights.parts) await assertWeights(context, part);
    return null;
  }
  // A TensorFlow checkpoint is named by the prefix of its files.
  const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;
  if (weights.kind === 'file' && !isThere(weights.path) && !isThere(`${weights.path}.index`)) {
    throw new ThawError(
      'weights.missing',
      `Weights are a file, the prefix of a checkpoint's files, or a model's folder; found nothing at '${weights.path}'.`,
      'Check the path given as --weights.',
    );
  }
  if (weights.kind !== 'run') return null;
  const { status } = readResult(context.log, weights.runId);
  if (isActive(status)) {
    throw new ThawError(
      'run.state',
      `Weights come from a run that has ended; run '${weights.runId}' is ${status}.`,
      'Wait until it has ended, or stop it.',
    );
  }
  const directory = context.runDirectory(weights.runId);
  await chosenPrefix(directory, weights.checkpoint ?? 'best');
  return directory;
}

/** The folders of the runs that a plan's weights come from, as a job takes them; see `assertWeights`. */
export function sourceFolders(
  context: ServiceContext,
  { weights, headWeights }: Pick<TrainingPlan, 'weights' | 'headWeights'>,
): Pick<TrainerJob, 'sourceRunDirectory' | 'partRunDirectories' | 'headRunDirectory'> {
  const folder = (source: WeightsSource): string | null =>
    source.kind === 'run' ? context.runDirectory(source.runId) : null;
  return {
    sourceRunDirectory: folder(weights),
    ...(headWeights && { headRunDirectory: context.runDirectory(headWeights.runId) }),
    ...(weights.kind === 'fused' && { partRunDirectories: weights.parts.map(folder) }),
  };
}

/** What of a plan is one network with weights: itself, or the parts of a fused network. */
export function plannedParts({
  network,
  weights,
}: Pick<TrainingPlan, 'weights' | 'network'>): readonly Pick<TrainingPlan, 'weights' | 'network'>[] {
  if (weights.kind !== 'fused') return [{ network, weights }];
  const { parts = [] } = findNetwork(network);
  return parts.flatMap(({ entry }, index) => {
    const own = weights.parts[index];
    return own ? [{ network: entry.name, weights: own }] : [];
  });
}

/**
 * Where the weights lie that a plan begins with.
 *
 * @returns null where every tensor is drawn anew
 * @throws ThawError `weights.missing`, `run.unknown`, `run.state`, `training.checkpoint`; `usage.invalid` for those of several
 *   networks, see `plannedParts`
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
    case 'fused':
      throw new ThawError(
        'usage.invalid',
        `Weights are looked into one network at a time; '${network}' is fused.`,
        'Name one of its networks and the weights of that.',
      );
    case 'run':
      return runDirectory && chosenPrefix(runDirectory, weights.checkpoint ?? 'best');
  }
}
