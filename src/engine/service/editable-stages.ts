import path from 'node:path';
import { isLayerwise } from '../../shared/contract/learning-task.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { stagePlan } from '../../shared/contract/stages.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { firstOrigin, readOrigin } from '../experiment/run-origin.ts';
import { readResult, readRun } from '../experiment/run-reader.ts';
import { latestStage } from '../experiment/run-stages.ts';
import { isActive } from '../experiment/run-status.ts';
import { freezePlan } from '../freeze/freeze-plan.ts';
import { hasIndex, readStateOf, readTrainingState } from '../training/checkpoint.ts';
import { assertMemory, memoryNeed } from '../training/memory.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import type { ServiceContext } from './context.ts';
import { networkOfPlan } from './preview-plan-network.ts';

/** @throws ThawError `usage.invalid` for a run whose stages cannot be others */
export function assertEditable({ stages, task }: TrainingPlan, runId: string): void {
  if (stages.length === 0) {
    throw new ThawError(
      'usage.invalid',
      `Only a run in stages has stages to come; run '${runId}' is of one piece.`,
      `Branch off it with stages: \`thaw runs branch ${runId}\`.`,
    );
  }
  if (!isLayerwise(task)) return;
  throw new ThawError(
    'usage.invalid',
    `Layer by layer each layer has its stage, which follow from the network; those of run '${runId}' cannot be changed.`,
    'Stop it, and train another run with other epochs.',
  );
}

/** The first stage that a run has not begun: of one that goes on from a checkpoint, the one after the checkpoint's. */
export async function firstToCome(context: ServiceContext, runId: string): Promise<number> {
  const { log } = context;
  const { status } = readResult(log, runId);
  const begun = latestStage(log, runId);
  // One under way knows better than its checkpoints, which come and go.
  if (isActive(status) && status !== 'queued') return begun + 1;
  const own = context.runDirectory(runId);
  if (hasIndex(own)) return Math.max(begun, (await readTrainingState(own)).stage) + 1;
  const first = firstOrigin(log, readOrigin(log, runId));
  if (first?.relation !== 'continued') return begun + 1;
  const prefix = await chosenPrefix(context.runDirectory(first.runId), { step: first.step ?? 0 });
  return Math.max(begun, (await readStateOf(path.dirname(prefix))).stage) + 1;
}

/** @throws ThawError `usage.invalid` for a first stage that needs other weights than those that the run has */
export function assertSameBeginning(before: TrainingPlan, { strategy, stages }: TrainingPlan): void {
  if ((before.strategy === 'scratch') === (strategy === 'scratch')) return;
  const [from, to] = strategy === 'scratch' ? ['with weights', 'from scratch'] : ['from scratch', 'with weights'];
  throw new ThawError(
    'usage.invalid',
    `The run begins ${from}; its first stage '${stages[0]?.name ?? ''}' would begin ${to}, by the strategy '${strategy}'.`,
    'Cancel it, and let a run of its own wait that begins so.',
  );
}

/**
 * Whether the stages to come fit into the memory. A run that waits or is resumed looks for itself before it begins; one under
 * way would fail hours later.
 *
 * @throws ThawError `memory.full`
 */
export function assertFits(context: ServiceContext, runId: string, edited: TrainingPlan, place: number): void {
  const {
    environment,
    result: { dataset },
  } = readRun(context.log, runId);
  // Where a GPU's memory ends is for the GPU to say.
  if (!environment || !dataset || environment.device.startsWith('GPU')) return;
  const network = networkOfPlan(edited, dataset.classes.length);
  for (let stage = place; stage < edited.stages.length; stage++) {
    const plan = stagePlan(edited, stage);
    const freeze = freezePlan(network, plan.strategy, plan.rules);
    assertMemory(memoryNeed({ plan, network, freeze }, dataset));
  }
}
