import path from 'node:path';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import type { FreezeRule, Strategy } from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { enqueueSweep } from '../experiment/queue.ts';
import { DEFAULT_NETWORK, findNetwork } from '../network/registry.ts';
import { networkTensors } from '../network/shape.ts';
import type { ServiceContext } from './context.ts';
import { planRun, withPinnedWeights, type PlannedRun } from './plan-run.ts';
import { resolveDataset } from './resolve-references.ts';

/** Cheap ones first, so that there is something to see soon. */
const ORDER = ['features', 'finetune', 'scratch'] as const satisfies readonly Strategy[];
/** The blocks at the top that fine-tuning thaws: more are slower, and on a few hundred images no better. */
const THAWED_BLOCKS = 2;
/**
 * Epochs where the plan says none: heads are trained on features that are computed once and cost next to nothing; what begins
 * from nothing gets as many as fine-tuning, so that it does not lose for having seen the images less often.
 */
const EPOCHS: Readonly<Record<Strategy, number>> = { features: 30, finetune: 15, scratch: 15 };

/** The block that fine-tuning begins at. */
function thawedFrom(network: string): string {
  const built = findNetwork(network).build();
  const withWeights = new Set(networkTensors(built).map(({ layer }) => layer));
  const blocks = [...new Set(built.layers.filter(({ name }) => withWeights.has(name)).map(({ block }) => block))];
  return blocks.at(-THAWED_BLOCKS) ?? blocks[0] ?? '';
}

function fineTuning(from: string): FreezeRule[] {
  return [
    { action: 'freeze', pattern: '/./' },
    { action: 'thaw', pattern: `from:${from}` },
  ];
}

function planUnder(strategy: Strategy, plan: TrainingPlanRequest, rules: FreezeRule[]): TrainingPlanRequest {
  const { weights, headWeights, ...rest } = plan;
  const epochs = plan.epochs ?? EPOCHS[strategy];
  if (strategy === 'scratch') {
    return { ...rest, strategy, epochs, rules: [], reuse: null, weights: { kind: 'none' } };
  }
  return {
    ...rest,
    ...(weights && { weights }),
    ...(headWeights !== undefined && { headWeights }),
    strategy,
    epochs,
    rules: strategy === 'finetune' ? rules : [],
  };
}

function nameOf(context: ServiceContext, { dataset, network = DEFAULT_NETWORK }: TrainingPlanRequest): string {
  const source = dataset ? resolveDataset(context, dataset) : null;
  const images = source && 'path' in source ? path.basename(source.path) : 'sample';
  return `Strategies: ${network} on ${images}`.slice(0, 200);
}

/**
 * The plan as only the head learns, as its last blocks learn too, and as it begins from nothing, each with each seed. Rules of
 * the plan's own say what fine-tuning trains.
 *
 * @throws ThawError `network.unknown`, `usage.invalid` for a plan in stages
 */
export function strategyPlans(
  context: ServiceContext,
  { plan, seeds }: Request<'plans.strategies'>,
): Response<'plans.strategies'> {
  if (plan.stages !== undefined && plan.stages.length > 0) {
    throw new ThawError(
      'usage.invalid',
      `Strategies are compared by runs of one piece, each under one of them; the plan has ${plan.stages.length} stages, each with a strategy of its own.`,
      'Leave the stages out, or begin the plan as it is with `thaw train --plan FILE`.',
    );
  }
  const own = plan.rules !== undefined && plan.rules.length > 0 ? plan.rules : null;
  const from = own ? null : thawedFrom(plan.network ?? DEFAULT_NETWORK);
  const rules = own ?? fineTuning(from ?? '');
  const runs = [...new Set(seeds)].flatMap((seed) =>
    ORDER.map((strategy) => ({ strategy, seed, plan: { ...planUnder(strategy, plan, rules), seed } })),
  );
  return { name: nameOf(context, plan), thawedFrom: from, runs };
}

/**
 * Lets the runs wait, all in one group; each strategy is checked first, and where one is wrong nothing is added.
 *
 * @throws ThawError for what is wrong with the plan
 */
export async function queueStrategies(
  context: ServiceContext,
  { plan, seeds, name }: Request<'queue.strategies'>,
): Promise<Response<'queue.strategies'>> {
  const { runs, ...made } = strategyPlans(context, { plan, seeds });
  const checked = new Map<Strategy, PlannedRun>();
  const planned: PlannedRun[] = [];
  for (const { strategy, seed, plan: under } of runs) {
    // Seeds change nothing of what is looked at.
    const run = checked.get(strategy) ?? (await planRun(context, under));
    checked.set(strategy, run);
    planned.push({ ...run, plan: withPinnedWeights({ ...run.plan, seed }, run.origin) });
  }
  const called = name ?? made.name;
  const sweep = { strategy: [...ORDER], seed: [...new Set(seeds)] };
  const { groupId, runIds } = enqueueSweep(context.log, planned, { name: called, sweep });
  context.queue.look();
  const warnings = new Set(planned.flatMap((run) => run.warnings));
  return { group: { id: groupId, name: called }, runIds: [...runIds], warnings: [...warnings] };
}
