import { mkdirSync, statSync } from 'node:fs';
import type { FeaturesDescription } from '../training/features-file/describe-features.ts';
import { planAbove } from '../training/features-file/plan-above.ts';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import type { DatasetSource, TrainingPlan } from '../../shared/contract/plan.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { createRun, withdrawRun } from '../experiment/new-run.ts';
import { countEdits } from '../dataset/edits/edit-words.ts';
import { freezePlan } from '../freeze/freeze-plan.ts';
import { rateFactors } from '../freeze/rate-factors.ts';
import { withHead } from '../network/head.ts';
import { findNetwork } from '../network/registry.ts';
import { describePart, matchWeights } from '../weights/load.ts';
import { asPlanned } from '../weights/mapping/mapping-rule.ts';
import { openStoredWeights } from '../weights/open.ts';
import { weightsOf } from '../weights/with-hash.ts';
import { cacheLimit } from './caches.ts';
import type { ServiceContext } from './context.ts';
import { completePlan, planWarnings } from './default-plan.ts';
import { editsOfSource } from './edits-of-source.ts';
import { assertNamedWeights } from './named-weights.ts';
import { explainLostWeights, onFeatures } from './on-features.ts';
import { resolveReferences } from './resolve-references.ts';
import { assertWeights, weightsPath } from './weights-path.ts';

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

/** Fails on a rule that matches nothing, or that leaves nothing to train, before anything is begun. */
function assertRules(plan: TrainingPlan, features: FeaturesDescription | null): void {
  const base = findNetwork(plan.network).build();
  const network = withHead(base, { classes: FEWEST_CLASSES, dropout: plan.dropout, head: plan.head });
  const freeze = freezePlan(network, plan.strategy, plan.rules);
  rateFactors(network, freeze.trainable, plan.learningRateRules);
  if (features) planAbove(network, freeze, features);
}

/**
 * How much of a network the plan's weights fill, told before anything is begun; only names and shapes are read.
 *
 * @returns null where it is all, or there are none
 * @throws ThawError `weights.mismatch` where it is nothing, `weights.unreadable`
 */
async function partLoaded(context: ServiceContext, plan: TrainingPlan): Promise<string | null> {
  const path = await weightsPath(context, plan);
  if (path === null) return null;
  const stored = await openStoredWeights(path);
  try {
    return describePart(matchWeights(findNetwork(plan.network).build(), asPlanned(weightsOf(stored), plan.weights)));
  } finally {
    stored.close();
  }
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
  const part = await partLoaded(context, plan);
  const edits = await editsOfSource(context, plan.dataset);
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
    home: context.home,
  });
  return {
    runId,
    plan,
    part,
    edits: countEdits(edits).words,
    warnings: [...planWarnings(resolved, plan), ...(named === null ? [] : [named])],
  };
}
