import type { FreezeRule, TrainingPlan, TrainingPlanRequest } from '../../shared/contract/plan.ts';
import type { PlanProblem } from '../../shared/contract/preview.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { applyRules } from '../freeze/apply-rules.ts';
import { freezePlan, type FreezePlan } from '../freeze/freeze-plan.ts';
import { rateFactors } from '../freeze/rate-factors.ts';
import type { Network } from '../network/layer.ts';
import { DEFAULT_NETWORK, findNetwork } from '../network/registry.ts';
import type { ServiceContext } from './context.ts';
import { weightsOfClasses } from '../training/class-weights.ts';
import { completePlan } from './default-plan.ts';
import { networkWithHead } from './preview-plan-network.ts';
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
}

/** What a person can do in a window, where the error's own hint speaks of the command line. */
const HINTS: Readonly<Record<string, string>> = {
  dataset: 'Open it again where it lies now.',
  weights: "Choose a weight file, an earlier run, or the strategy 'scratch'.",
  rules: 'Thaw a layer or a block.',
};

/** Gathers problems while work goes on without what was wrong. */
export class ProblemList {
  readonly found: PlanProblem[] = [];

  add(field: string, error: unknown): void {
    if (!(error instanceof ThawError)) throw error;
    this.found.push({ field, message: error.message, hint: HINTS[field] ?? error.hint });
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

function checkedWeights(
  request: ResolvedPlanRequest,
  network: string,
  problems: ProblemList,
): ResolvedPlanRequest['weights'] {
  const { strategy, weights } = request;
  // Told already, in the words of what was wrong with the reference itself.
  if (problems.concerns('weights')) return { kind: 'file', path: 'unknown' };
  const completed = problems.attempt('weights', () => completePlan({ strategy, weights, network }));
  return completed?.weights ?? { kind: 'file', path: 'unknown' };
}

/** The dataset as the plan splits it, if it was opened. */
function knownDataset(context: ServiceContext, plan: TrainingPlan, problems: ProblemList): Dataset | null {
  // Features are read when training begins.
  if (plan.dataset.kind === 'features') return null;
  const { seed, validationShare } = plan;
  const split = problems.attempt('validationShare', () =>
    context.datasets.known(plan.dataset, { seed, validationShare }),
  );
  return split === undefined ? context.datasets.known(plan.dataset) : split;
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
 * is read from disk but the log.
 */
export function draftPlan(context: ServiceContext, given: Readonly<Record<string, unknown>>): PlanDraft {
  const fields = readFields(given);
  const problems = new ProblemList();
  problems.found.push(...fields.problems);
  const { dataset, weights, optimizer, ...rest } = fields.request;
  const resolved: ResolvedPlanRequest = {
    ...rest,
    dataset: dataset && problems.attempt('dataset', () => resolveDataset(context, dataset)),
    weights: weights && problems.attempt('weights', () => resolveWeights(context, weights)),
  };
  const entry = problems.attempt('network', () => findNetwork(resolved.network ?? DEFAULT_NETWORK));
  const known = entry?.name ?? DEFAULT_NETWORK;
  const request: ResolvedPlanRequest = {
    ...resolved,
    network: known,
    optimizer: checkedOptimizer(optimizer, problems),
    weights: entry ? checkedWeights(resolved, known, problems) : { kind: 'file', path: 'unknown' },
  };
  const plan = completePlan(request);
  const opened = knownDataset(context, plan, problems);
  if (opened) problems.attempt('classWeights', () => weightsOfClasses(plan.classWeights, opened));
  const about = { request: { ...request, weights: resolved.weights }, dataset: opened };
  if (!entry) {
    const rules = fields.rules.map(({ rule }) => rule);
    return { ...about, plan: { ...plan, rules: [...rules] }, problems: problems.found, network: null, freeze: null };
  }

  const head = { name: known, classes: opened?.classes.length ?? ASSUMED_CLASSES, dropout: plan.dropout };
  const network =
    problems.attempt('head', () => networkWithHead({ ...head, head: plan.head })) ??
    networkWithHead({ ...head, head: 'softmax' });
  const { freeze, rules } = checkedFreezing(network, plan.strategy, fields.rules, problems);
  plan.learningRateRules.forEach((rule, index) =>
    problems.attempt(`learningRateRules.${index}`, () => rateFactors(network, freeze.trainable, [rule])),
  );
  if (freeze.parameters.trainable === 0) problems.attempt('rules', () => freezePlan(network, plan.strategy, rules));
  return { ...about, plan: { ...plan, rules: [...rules] }, problems: problems.found, network, freeze };
}
