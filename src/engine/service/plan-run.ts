import { statSync } from 'node:fs';
import path from 'node:path';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import type { DatasetSource, TrainingPlan } from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { stagePlan } from '../../shared/contract/stages.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { countEdits } from '../dataset/edits/edit-words.ts';
import type { RunOrigin } from '../experiment/run-origin.ts';
import { withReused } from '../freeze/reused-layers.ts';
import { taskNetwork } from '../network/task-network.ts';
import { findNetwork } from '../network/registry.ts';
import { readStateOf } from '../training/checkpoint.ts';
import type { FeaturesDescription } from '../training/features-file/describe-features.ts';
import { planAbove } from '../training/features-file/plan-above.ts';
import { assertHead } from '../training/trained-head.ts';
import { describePart, matchWeights } from '../weights/load.ts';
import { asPlanned } from '../weights/mapping/mapping-rule.ts';
import { openStoredWeights } from '../weights/open.ts';
import { weightsOf } from '../weights/with-hash.ts';
import { checkStages } from './check-stages.ts';
import type { ServiceContext } from './context.ts';
import { completePlan, planWarnings } from './default-plan.ts';
import { editsOfSource } from './edits-of-source.ts';
import { assertNamedWeights } from './named-weights.ts';
import { networkWarnings } from './network-warnings.ts';
import { explainLostWeights, onFeatures } from './on-features.ts';
import { resolveReferences } from './resolve-references.ts';
import { assertWeights, plannedParts, weightsPath } from './weights-path.ts';

/** A dataset has more, but every rule that fits two classes fits them all. */
const FEWEST_CLASSES = 2;

/** A run that was looked at before it is begun or waits: complete, and nothing found to be wrong with it. */
export interface PlannedRun {
  readonly plan: TrainingPlan;
  readonly origin: RunOrigin | null;
  readonly part: string | null;
  readonly edits: string | null;
  readonly warnings: readonly string[];
}

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
 * Fails on a rule that matches nothing, or that leaves nothing to train, in any stage, before anything is begun.
 *
 * @returns warnings
 */
export function assertRules(plan: TrainingPlan, features: FeaturesDescription | null): readonly string[] {
  const base = findNetwork(plan.network).build();
  const { task, dropout, head, headDesign } = plan;
  const network = taskNetwork(base, { task, classes: FEWEST_CLASSES, dropout, head, design: headDesign });
  const { freezes, warnings } = checkStages(network, plan);
  if (features) for (const freeze of freezes) planAbove(network, freeze, features);
  const odd = freezes.flatMap((freeze, stage) => networkWarnings(stagePlan(plan, stage), base, network, freeze));
  return [...new Set([...odd, ...warnings])];
}

/**
 * How much of a network the plan's weights fill, told before anything is begun; only names and shapes are read.
 *
 * @returns null where it is all, or there are none
 * @throws ThawError `weights.mismatch` where it is nothing, `weights.unreadable`
 */
async function partLoaded(context: ServiceContext, plan: TrainingPlan): Promise<string | null> {
  if (plan.weights.kind === 'fused') return fusedPartsLoaded(context, plan);
  const path = isFeatureNetwork(plan.network) ? null : await weightsPath(context, plan);
  if (path === null) return null;
  const stored = await openStoredWeights(path);
  try {
    const { task, dropout, head, headDesign: design } = plan;
    const base = findNetwork(plan.network).build();
    const network = taskNetwork(base, { task, classes: FEWEST_CLASSES, dropout, head, design });
    return describePart(matchWeights(withReused(network, plan.reuse), asPlanned(weightsOf(stored), plan.weights)));
  } finally {
    stored.close();
  }
}

/** The same of each part of a fused network. */
async function fusedPartsLoaded(context: ServiceContext, plan: TrainingPlan): Promise<string | null> {
  const told: string[] = [];
  for (const { network, weights } of plannedParts(plan)) {
    const path = await weightsPath(context, { network, weights });
    if (path === null) continue;
    const stored = await openStoredWeights(path);
    try {
      const part = describePart(matchWeights(findNetwork(network).build(), asPlanned(weightsOf(stored), weights)));
      if (part !== null) told.push(`${network}: ${part}`);
    } finally {
      stored.close();
    }
  }
  return told.length === 0 ? null : told.join('; ');
}

/** @throws ThawError as `assertWeights`, and `weights.mismatch` where the trained head does not fit the network */
async function assertTrainedHead(context: ServiceContext, plan: TrainingPlan): Promise<void> {
  if (plan.headWeights === null) return;
  const { runId, checkpoint = 'best' } = plan.headWeights;
  const runDirectory = await assertWeights(context, plan.headWeights);
  if (runDirectory !== null) await assertHead({ runId, runDirectory, checkpoint }, plan);
}

/** What of a plan lies outside the log is there. @throws ThawError `dataset.missing`, or as `assertWeights` */
export async function assertSources(context: ServiceContext, plan: TrainingPlan): Promise<string | null> {
  assertDataset(plan.dataset);
  return assertWeights(context, plan.weights);
}

/** The run whose weights a plan begins with, and the step of the checkpoint that they are of. */
async function originOfWeights(context: ServiceContext, { weights }: TrainingPlan): Promise<RunOrigin | null> {
  const prefix = weights.kind === 'run' ? await weightsPath(context, { weights, network: '' }) : null;
  if (weights.kind !== 'run' || prefix === null) return null;
  const { step } = await readStateOf(path.dirname(prefix));
  return { runId: weights.runId, relation: 'weights', step };
}

/** The plan, naming the checkpoint that it begins with by its step: the best of a run may be another by the time it is read. */
export function withPinnedWeights(plan: TrainingPlan, origin: RunOrigin | null): TrainingPlan {
  const { weights } = plan;
  if (weights.kind !== 'run' || origin === null || origin.step === null || origin.runId !== weights.runId) return plan;
  return { ...plan, weights: { ...weights, checkpoint: { step: origin.step } } };
}

/**
 * Completes and checks a plan.
 *
 * @param branch of the run that it branches off, whose checkpoint the plan names as its weights
 * @throws ThawError for what is wrong with it, before anything is begun
 */
export async function planRun(
  context: ServiceContext,
  request: TrainingPlanRequest,
  branch: RunOrigin | null = null,
): Promise<PlannedRun> {
  const { resolved, features } = await onFeatures(resolveReferences(context, request));
  const completed = completePlan(resolved);
  // A head upon features has no pretrained weights, but a branch goes on with what the head has learnt.
  const weights = branch && resolved.weights?.kind === 'run' ? resolved.weights : completed.weights;
  const plan = { ...completed, weights };
  assertDataset(plan.dataset);
  const namedBy = request.weights === undefined ? features : null;
  await assertWeights(context, plan.weights).catch((error: unknown) => {
    throw namedBy ? explainLostWeights(error, namedBy) : error;
  });
  const named = namedBy && (await assertNamedWeights(context, plan.weights, namedBy));
  await assertTrainedHead(context, plan);
  const odd = assertRules(plan, features);
  const part = await partLoaded(context, plan);
  return {
    plan,
    origin: branch ?? (await originOfWeights(context, plan)),
    part,
    edits: countEdits(await editsOfSource(context, plan.dataset)).words,
    warnings: [...planWarnings(resolved, plan), ...odd, ...(named === null ? [] : [named])],
  };
}
