import path from 'node:path';
import type { BranchPoint } from '../../shared/contract/begin-run.ts';
import { isLayerwise } from '../../shared/contract/learning-task.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { trainingPlanRequest, type TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { stageCount, stagePlan } from '../../shared/contract/stages.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readPlan } from '../experiment/run-reader.ts';
import { findNetwork } from '../network/registry.ts';
import { readStateOf } from '../training/checkpoint.ts';
import type { ServiceContext } from './context.ts';
import { planRun, type PlannedRun } from './plan-run.ts';
import { weightsPath } from './weights-path.ts';

/** The optimizer of the branch: that of the run, but for what is asked of it; another kind has settings of its own. */
function branchedOptimizer(
  asked: TrainingPlanRequest['optimizer'],
  { optimizer }: TrainingPlan,
): TrainingPlanRequest['optimizer'] {
  const isOther = asked?.kind !== undefined && asked.kind !== optimizer.kind;
  return isOther ? asked : { ...optimizer, ...asked };
}

/** Whether the rules of a run say nothing of its branch: they name layers of a decoder, or of another task's head. */
function isOfOtherLayers({ task = { kind: 'classify' } }: TrainingPlanRequest, from: TrainingPlan): boolean {
  return task.kind !== from.task.kind || isLayerwise(task) || isLayerwise(from.task);
}

/**
 * What the branch's plan is to be: what is asked, and for the rest what the run's is.
 *
 * @param from of one piece
 */
export function branchedRequest(asked: TrainingPlanRequest, from: TrainingPlan): TrainingPlanRequest {
  const isOther = asked.optimizer?.kind !== undefined && asked.optimizer.kind !== from.optimizer.kind;
  const task = asked.task ?? from.task;
  return {
    ...trainingPlanRequest.strip().parse(from),
    ...(isOfOtherLayers({ task }, from) && { rules: [], learningRateRules: [] }),
    // All layers begin with what the checkpoint has of them, the head included.
    reuse: null,
    headWeights: null,
    // What is usual differs from one optimizer to the other.
    ...(isOther && { weightDecay: undefined }),
    newHead: false,
    // What it begins with may be better than all that it makes of it.
    evaluateFirst: true,
    ...asked,
    // To begin from scratch is what this run, unlike that one, does not do; what trains is the same.
    strategy: asked.strategy ?? (from.strategy === 'scratch' ? 'finetune' : from.strategy),
    optimizer: branchedOptimizer(asked.optimizer, from),
  };
}

function assertBranch(asked: TrainingPlanRequest, from: TrainingPlan, runId: string): void {
  if (asked.weights !== undefined || asked.strategy === 'scratch') {
    throw new ThawError(
      'usage.invalid',
      `A branch begins with the weights of its run's checkpoint; received ${asked.weights === undefined ? "the strategy 'scratch'" : 'other weights'}.`,
      'Leave them out, or begin a run of its own with `thaw train`.',
    );
  }
  if (asked.network === undefined || findNetwork(asked.network).name === from.network) return;
  throw new ThawError(
    'usage.invalid',
    `A branch has the network of its run; expected ${from.network}, received ${asked.network}.`,
    `Leave it out, or begin a run of its own: \`thaw train --network ${asked.network} --weights run:${runId}\`.`,
  );
}

/** What of the run the branch does not go on with, in words. */
function branchWarnings(
  plan: TrainingPlan,
  from: TrainingPlan,
  { asked, runId }: { readonly asked: TrainingPlanRequest; readonly runId: string },
): readonly string[] {
  const warnings: string[] = [];
  // Those of a run that learnt layer by layer are nobody's choice.
  const hasRules = !isLayerwise(from.task) && from.rules.length + from.learningRateRules.length > 0;
  if (hasRules && asked.rules === undefined && isOfOtherLayers(plan, from)) {
    warnings.push(`The branch learns something else: the rules of run ${runId} are left out.`);
  }
  if (plan.optimizer.kind !== from.optimizer.kind) {
    warnings.push(
      `The optimizer is ${plan.optimizer.kind}, that of run ${runId} was ${from.optimizer.kind}: its state begins anew.`,
    );
  }
  return warnings;
}

/**
 * Plans a run that goes on from a checkpoint of another under another plan: with all its weights, and with the state of its
 * optimizer where that is of the same kind. Its epochs are counted from the beginning.
 *
 * @throws ThawError `run.unknown`, `run.state`, `training.checkpoint`, `usage.invalid`, or for what is wrong with the plan
 */
export async function planBranch(
  context: ServiceContext,
  { runId, checkpoint = 'last' }: Pick<BranchPoint, 'runId' | 'checkpoint'>,
  asked: TrainingPlanRequest,
): Promise<PlannedRun> {
  const from = readPlan(context.log, runId);
  assertBranch(asked, from, runId);
  const chosen = { kind: 'run', runId, checkpoint } as const;
  const prefix = await weightsPath(context, { weights: chosen, network: from.network });
  if (prefix === null) throw new TypeError('A run has checkpoints.');
  const { step, stage } = await readStateOf(path.dirname(prefix));
  // Of a run in stages it goes on as the checkpoint's own stage did, unless it is given stages.
  const ofStage = stagePlan(from, Math.min(stage, stageCount(from) - 1));
  // By its step, so that the plan means the same checkpoint also when it is repeated.
  const weights = { ...chosen, checkpoint: { step } };
  const planned = await planRun(
    context,
    { ...branchedRequest(asked, ofStage), weights },
    { runId, relation: 'branched', step },
  );
  return { ...planned, warnings: [...planned.warnings, ...branchWarnings(planned.plan, ofStage, { asked, runId })] };
}
