import { mkdirSync, statSync } from 'node:fs';
import type { FeaturesDescription } from '../training/features-file/describe-features.ts';
import { planAbove } from '../training/features-file/plan-above.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import type { DatasetSource, TrainingPlan, WeightsSource } from '../../shared/contract/plan.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { createRun, withdrawRun } from '../experiment/new-run.ts';
import { readResult } from '../experiment/run-reader.ts';
import { isActive } from '../experiment/run-status.ts';
import { freezePlan } from '../freeze/freeze-plan.ts';
import { rateFactors } from '../freeze/rate-factors.ts';
import { withHead } from '../network/head.ts';
import { findNetwork } from '../network/registry.ts';
import { cacheLimit } from './caches.ts';
import type { ServiceContext } from './context.ts';
import { completePlan, planWarnings } from './default-plan.ts';
import { assertNamedWeights } from './named-weights.ts';
import { explainLostWeights, onFeatures } from './on-features.ts';
import { resolveReferences } from './resolve-references.ts';

/** A dataset has more, but every rule that fits two classes fits them all. */
const FEWEST_CLASSES = 2;

/** @throws ThawError `dataset.missing` */
export function assertDataset(dataset: DatasetSource): void {
  if (dataset.kind !== 'folder') return;
  const found = statSync(dataset.path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  throw new ThawError(
    'dataset.missing',
    `A dataset is a folder of class folders; ${found ? 'found a file' : 'found nothing'} at '${dataset.path}'.`,
    'Check the path given as --dataset.',
  );
}

/**
 * @returns the run's folder where weights come from a run
 * @throws ThawError `weights.missing`, `run.unknown`, `run.state` or `training.checkpoint`
 */
export async function assertWeights(context: ServiceContext, weights: WeightsSource): Promise<string | null> {
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

/** Fails on a rule that matches nothing, or that leaves nothing to train, before anything is begun. */
function assertRules(plan: TrainingPlan, features: FeaturesDescription | null): void {
  const base = findNetwork(plan.network).build();
  const network = withHead(base, { classes: FEWEST_CLASSES, dropout: plan.dropout, head: plan.head });
  const freeze = freezePlan(network, plan.strategy, plan.rules);
  rateFactors(network, freeze.trainable, plan.learningRateRules);
  if (features) planAbove(network, freeze, features);
}

/** Makes a run's own folder, for its owner alone. */
export function makeRunFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainDiskError(error, "make the run's folder");
  }
}

/**
 * Completes and checks the plan, puts the run into the log, forks its trainer. What the trainer refuses before it begins is
 * taken out of the log again: see `SupervisedRun`.
 */
export async function startTraining(
  context: ServiceContext,
  request: Request<'training.start'>,
): Promise<Response<'training.start'>> {
  const { resolved, features } = await onFeatures(resolveReferences(context, request));
  const plan = completePlan(resolved);
  assertDataset(plan.dataset);
  const namedBy = request.weights === undefined ? features : null;
  const sourceRunDirectory = await assertWeights(context, plan.weights).catch((error: unknown) => {
    throw namedBy ? explainLostWeights(error, namedBy) : error;
  });
  const named = namedBy && (await assertNamedWeights(context, plan.weights, namedBy));
  assertRules(plan, features);
  const runId = createRun(context.log, plan, plan.weights.kind === 'run' ? plan.weights.runId : null);
  const runDirectory = context.runDirectory(runId);
  try {
    makeRunFolder(runDirectory);
  } catch (error) {
    withdrawRun(context.log, runId);
    throw error;
  }
  context.supervise({
    runId,
    plan,
    runDirectory,
    cacheDirectory: context.cache,
    cacheLimitBytes: cacheLimit(context),
    sourceRunDirectory,
    resume: false,
  });
  return { runId, plan, warnings: [...planWarnings(resolved, plan), ...(named === null ? [] : [named])] };
}
