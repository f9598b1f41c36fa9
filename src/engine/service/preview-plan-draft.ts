import { fusedNames } from '../../shared/contract/fused-network.ts';
import { USUAL_HEAD } from '../../shared/contract/head-design.ts';
import { usualStrategy } from '../../shared/contract/learning-task.ts';
import type { FreezeRule, TrainingPlan } from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import type { PlanProblem } from '../../shared/contract/preview.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { DEFAULT_SPLIT } from '../dataset/split/default-split.ts';
import { searchGroups } from '../dataset/split/group-search.ts';
import { applyRules } from '../freeze/apply-rules.ts';
import { freezePlan, type FreezePlan } from '../freeze/freeze-plan.ts';
import { rateFactors } from '../freeze/rate-factors.ts';
import { withReused } from '../freeze/reused-layers.ts';
import type { Network } from '../network/layer.ts';
import { DEFAULT_NETWORK, findNetwork } from '../network/registry.ts';
import type { ServiceContext } from './context.ts';
import { chooseImages } from '../training/chosen-images.ts';
import { splitOf } from '../training/dataset-root.ts';
import { weightsOfClasses } from '../training/class-weights.ts';
import type { FeaturesOutline } from '../training/features-file/outline-features.ts';
import { planAbove } from '../training/features-file/plan-above.ts';
import { completeAugmentation } from './complete-augmentation.ts';
import { completeHead } from './complete-head.ts';
import { completePreprocessing } from './complete-preprocessing.ts';
import { completeTask } from './complete-task.ts';
import { completePlan, completeSampling } from './default-plan.ts';
import { expectNoAugmentation, expectTakesImages, networkOnFeatures } from './on-features.ts';
import { networkOfPlan } from './preview-plan-network.ts';
import { readFields, type PlacedRule } from './preview-plan-fields.ts';
import { resolveDataset, resolveWeights, type ResolvedPlanRequest } from './resolve-references.ts';

/** As many classes as are taken while the dataset is not known: every rule that fits two fits them all. */
const ASSUMED_CLASSES = 2;

/** A plan that is still being written. */
export interface PlanDraft {
  /** With what is usual in place of what is wrong: it may be run only where there are no problems. */
  readonly plan: TrainingPlan;
  readonly request: ResolvedPlanRequest;
  readonly problems: readonly PlanProblem[];
  /** null while it was not opened. */
  readonly dataset: Dataset | null;
  /** Head included; null where the network is none that is known. */
  readonly network: Network | null;
  /** Wrong rules left out; null without a network. It may leave nothing to train. */
  readonly freeze: FreezePlan | null;
  /** What stands in place of images; null where the plan trains on images. */
  readonly features: FeaturesOutline | null;
}

/** What a person can do in a window, where the error's own hint speaks of the command line. */
const HINTS: Readonly<Record<string, string>> = {
  dataset: 'Open it again where it lies now.',
  weights: "Choose a weight file, an earlier run, or the strategy 'scratch'.",
  rules: 'Thaw a layer or a block.',
};
const OTHER_FEATURES = 'Leave the network to the features, or open the images instead.';
const BELOW_FEATURES = 'Freeze what lies below again, or open the images instead.';

/** Gathers problems while work goes on without what was wrong. */
export class ProblemList {
  readonly found: PlanProblem[] = [];

  add(field: string, error: unknown, hint?: string): void {
    if (!(error instanceof ThawError)) throw error;
    const usual = error.code === 'features.mismatch' ? OTHER_FEATURES : HINTS[field];
    this.found.push({ field, message: error.message, hint: hint ?? usual ?? error.hint });
  }

  attempt<Value>(field: string, work: () => Value): Value | undefined {
    try {
      return work();
    } catch (error) {
      this.add(field, error);
      return undefined;
    }
  }

  concerns(field: string): boolean {
    return this.found.some((problem) => problem.field === field);
  }
}

/** Settings that the optimizer does not have are left out one by one. */
function checkedOptimizer(
  optimizer: TrainingPlanRequest['optimizer'],
  problems: ProblemList,
): TrainingPlanRequest['optimizer'] {
  if (!optimizer) return undefined;
  const { kind, ...settings } = optimizer;
  const fits = Object.entries(settings).filter(([name, value]) =>
    problems.attempt(`optimizer.${name}`, () =>
      completePlan({ strategy: 'scratch', optimizer: { kind, [name]: value } }),
    ),
  );
  return { kind, ...Object.fromEntries(fits) };
}

/** What stands for weights that are wrong, so that all else can be looked at. */
function unknownWeights(network: string): ResolvedPlanRequest['weights'] {
  const unknown = { kind: 'file', path: 'unknown' } as const;
  const parts = fusedNames(network);
  return parts === null ? unknown : { kind: 'fused', parts: parts.map(() => unknown) };
}

function checkedWeights(
  request: ResolvedPlanRequest,
  network: string,
  problems: ProblemList,
): ResolvedPlanRequest['weights'] {
  const { weights, stages } = request;
  const strategy = stages?.[0]?.strategy ?? request.strategy ?? usualStrategy(request);
  // Told already, in the words of what was wrong with the reference itself.
  if (problems.concerns('weights')) return unknownWeights(network);
  const completed = problems.attempt('weights', () => completePlan({ strategy, weights, network }));
  return completed?.weights ?? unknownWeights(network);
}

/** @throws ThawError `usage.invalid` for a task that does not go with the rest, or with the network */
function checkedTask(request: ResolvedPlanRequest): TrainingPlan['task'] {
  const { network, rules, stages } = request;
  const task = completeTask(request);
  if (task.kind !== 'classify') {
    const plan = completePlan({ task, network, rules, stages, strategy: 'scratch' });
    networkOfPlan(plan, ASSUMED_CLASSES);
  }
  return task;
}

/** The features that the plan trains on, opened; null for images, and for what cannot be read. */
async function openFeatures(
  context: ServiceContext,
  { dataset }: ResolvedPlanRequest,
  problems: ProblemList,
): Promise<FeaturesOutline | null> {
  if (dataset?.kind !== 'features') return null;
  try {
    return await context.features.open(dataset.path);
  } catch (error) {
    problems.add('dataset', error);
    return null;
  }
}

function networkName(request: ResolvedPlanRequest, features: FeaturesOutline | null): string {
  if (features) return networkOnFeatures(features.description, request.network);
  if (request.dataset?.kind !== 'features') expectTakesImages(request.network);
  return request.network ?? DEFAULT_NETWORK;
}

/** Of all that a plan may divide, as far as it was opened. */
async function pathsOf(
  context: ServiceContext,
  { dataset }: TrainingPlan,
  features: FeaturesOutline | null,
): Promise<readonly string[]> {
  if (features) return features.images.map((image) => image.path);
  const datasetId = dataset.kind === 'features' ? null : context.datasets.idOf(dataset);
  if (datasetId === null) return [];
  const { images, untrained } = (await context.datasets.byId(datasetId)).content;
  return [...images, ...untrained].map((image) => image.path);
}

/** Whether there is something to divide by; to find that out may take seconds, which is why it is done before. */
async function hasGroups(
  context: ServiceContext,
  plan: TrainingPlan,
  features: FeaturesOutline | null,
  problems: ProblemList,
): Promise<boolean> {
  if (plan.groupPattern === null) return false;
  try {
    await searchGroups(await pathsOf(context, plan, features), plan.groupPattern);
    return true;
  } catch (error) {
    problems.add('groupPattern', error);
    return false;
  }
}

/** The dataset as the plan splits it, if it was opened. */
async function knownDataset(
  context: ServiceContext,
  plan: TrainingPlan,
  features: FeaturesOutline | null,
  problems: ProblemList,
): Promise<Dataset | null> {
  const grouped = await hasGroups(context, plan, features, problems);
  const options = grouped ? splitOf(plan) : splitOf({ ...plan, groupPattern: null });
  const field = options.split.kind === 'given' && options.groupPattern === null ? 'validationShare' : 'split';
  if (features) return problems.attempt(field, () => context.features.split(features, options)) ?? null;
  if (plan.dataset.kind === 'features') return null;
  // Where classes are learnt, images without them cannot be trained on, whatever the split.
  const { withoutClasses } = options;
  const known = (): Dataset | null => context.datasets.known(plan.dataset, { ...DEFAULT_SPLIT, withoutClasses });
  const usual = problems.attempt('dataset', known) ?? null;
  if (usual === null) return null;
  return problems.attempt(field, () => context.datasets.known(plan.dataset, options)) ?? usual;
}

/** The boundary lies where features were taken; what would have to change below it is told. */
function freezeAbove(
  network: Network,
  freeze: FreezePlan,
  { description }: FeaturesOutline,
  problems: ProblemList,
): FreezePlan {
  try {
    return planAbove(network, freeze, description);
  } catch (error) {
    if (!(error instanceof ThawError)) throw error;
    problems.add('rules', error, error.code === 'usage.invalid' ? BELOW_FEATURES : undefined);
    return freeze;
  }
}

/** The freeze plan of the rules that are right; the others are looked for one by one only where there are any. */
function checkedFreezing(
  network: Network,
  strategy: TrainingPlan['strategy'],
  rules: readonly PlacedRule[],
  problems: ProblemList,
): { readonly freeze: FreezePlan; readonly rules: readonly FreezeRule[] } {
  const freezeBy = (placed: readonly PlacedRule[]): { freeze: FreezePlan; rules: readonly FreezeRule[] } => {
    const given = placed.map(({ rule }) => rule);
    return { freeze: freezePlan(network, strategy, given, { mayLeaveNothing: true }), rules: given };
  };
  try {
    return freezeBy(rules);
  } catch (error) {
    if (!(error instanceof ThawError)) throw error;
    return freezeBy(
      rules.filter(({ index, rule }) =>
        problems.attempt(`rules.${index}`, () => applyRules(network, strategy, [rule])),
      ),
    );
  }
}

/**
 * Understands as much of a request as can be: what is wrong is told at its field, and the rest goes on without it. Nothing
 * is read from disk but the log and what a features file says of itself.
 */
export async function draftPlan(context: ServiceContext, given: Readonly<Record<string, unknown>>): Promise<PlanDraft> {
  const fields = readFields(given);
  const problems = new ProblemList();
  problems.found.push(...fields.problems);
  const { dataset, weights, optimizer, ...rest } = fields.request;
  const resolved: ResolvedPlanRequest = {
    ...rest,
    dataset: dataset && problems.attempt('dataset', () => resolveDataset(context, dataset)),
    weights: weights && problems.attempt('weights', () => resolveWeights(context, weights)),
  };
  const features = await openFeatures(context, resolved, problems);
  if (features) problems.attempt('augmentation', () => expectNoAugmentation(resolved));
  const entry = problems.attempt('network', () => findNetwork(networkName(resolved, features)));
  const known = entry?.name ?? DEFAULT_NETWORK;
  const weightsAsked = resolved.weights ?? features?.description.metadata?.weights.source;
  const request: ResolvedPlanRequest = {
    ...resolved,
    network: known,
    augmentation: features ? null : problems.attempt('augmentation', () => completeAugmentation(resolved.augmentation)),
    preprocessing:
      entry && problems.attempt('preprocessing', () => completePreprocessing(resolved.preprocessing, entry)),
    headDesign: problems.attempt('headDesign', () => completeHead(resolved.headDesign)),
    // What is usual of the task holds also where something is wrong with it.
    strategy: resolved.strategy ?? usualStrategy(resolved),
    task: entry && problems.attempt('task', () => checkedTask({ ...resolved, network: known })),
    sampling: problems.attempt('sampling', () => completeSampling(resolved)),
    optimizer: checkedOptimizer(optimizer, problems),
    weights: entry
      ? checkedWeights({ ...resolved, weights: weightsAsked }, known, problems)
      : { kind: 'file', path: 'unknown' },
  };
  const isInStages = request.stages && problems.attempt('stages', () => completePlan(request));
  const plan = completePlan({ ...request, stages: isInStages ? request.stages : undefined });
  const whole = await knownDataset(context, plan, features, problems);
  const opened = whole && (problems.attempt('classes', () => chooseImages(whole, plan).dataset) ?? whole);
  if (opened) problems.attempt('classWeights', () => weightsOfClasses(plan.classWeights, opened));
  const about = { request: { ...request, weights: resolved.weights }, dataset: opened, features };
  if (!entry) {
    const rules = fields.rules.map(({ rule }) => rule);
    return { ...about, plan: { ...plan, rules: [...rules] }, problems: problems.found, network: null, freeze: null };
  }

  const classes = opened?.classes.length ?? ASSUMED_CLASSES;
  const network =
    problems.attempt('headDesign', () => networkOfPlan({ ...plan, head: 'softmax' }, classes)) ??
    networkOfPlan({ ...plan, head: 'softmax', headDesign: USUAL_HEAD }, classes);
  const headed =
    plan.head === 'softmax'
      ? network
      : (problems.attempt('head', () =>
          networkOfPlan(problems.concerns('headDesign') ? { ...plan, headDesign: USUAL_HEAD } : plan, classes),
        ) ?? network);
  // What is wrong in a stage is told at it: see `previewStages`.
  const ofMask = plan.stages.length > 0 ? new ProblemList() : problems;
  const placed = plan.stages.length > 0 ? plan.rules.map((rule, index) => ({ rule, index })) : fields.rules;
  const { freeze: frozen, rules } = checkedFreezing(headed, plan.strategy, placed, ofMask);
  const freeze = features ? freezeAbove(headed, frozen, features, problems) : frozen;
  problems.attempt('reuse', () => withReused(headed, plan.reuse));
  plan.learningRateRules.forEach((rule, index) =>
    ofMask.attempt(`learningRateRules.${index}`, () => rateFactors(headed, freeze.trainable, [rule])),
  );
  if (freeze.parameters.trainable === 0) ofMask.attempt('rules', () => freezePlan(headed, plan.strategy, rules));
  return { ...about, plan: { ...plan, rules: [...rules] }, problems: problems.found, network: headed, freeze };
}
