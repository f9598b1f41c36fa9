import type { Request, Response } from '../../shared/contract/endpoint.ts';
import type { TrainingPlan, TrainingStage } from '../../shared/contract/plan.ts';
import { stagePlan } from '../../shared/contract/stages.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { rewritePlan } from '../experiment/new-run.ts';
import { readPlan, readResult } from '../experiment/run-reader.ts';
import { isActive } from '../experiment/run-status.ts';
import { holdsTrainerLock } from '../experiment/trainer-lock.ts';
import { completeStages, planInStages } from './complete-stages.ts';
import { completeTask } from './complete-task.ts';
import type { ServiceContext } from './context.ts';
import { assertEditable, assertFits, assertSameBeginning, firstToCome } from './editable-stages.ts';
import { runUnderWay } from './run-under-way.ts';
import { assertRules } from './plan-run.ts';

function begun(runId: string, stage: number): ThawError {
  return new ThawError(
    'run.state',
    `Only stages to come can be changed; stage ${stage + 1} of run '${runId}' has begun.`,
    `See where it stands with \`thaw runs show ${runId}\`.`,
  );
}

function beginning(runId: string): ThawError {
  return new ThawError(
    'run.state',
    `Stages can be changed while a run waits or trains; run '${runId}' is just beginning.`,
    'Try again in a moment.',
  );
}

function ended(runId: string, status: string): ThawError {
  return new ThawError(
    'run.state',
    `Stages can be changed until a run has ended; run '${runId}' is ${status}.`,
    `Go on from it with other stages: \`thaw runs branch ${runId}\`.`,
  );
}

/** The plan with other stages from `from` on. @throws ThawError `usage.invalid` */
function editedPlan(
  plan: TrainingPlan,
  from: number,
  requests: Request<'training.editStages'>['stages'],
): TrainingPlan {
  const kept = plan.stages.slice(0, from);
  const stages = completeStages(requests, stagePlan(plan, 0), from);
  if (kept.length + stages.length > 0) return planInStages(plan, [...kept, ...stages]);
  throw new ThawError('usage.invalid', 'A run has at least one stage; none would be left.', 'Leave one of them.');
}

/**
 * Changes the stages of a run that are still to come: of one under way here, of one that waits, and of one that can be
 * resumed. They are checked as those of a new plan are.
 *
 * @throws ThawError `run.unknown`, `run.state` for a stage that has begun and a run that has ended, `usage.invalid` for a run
 *   of one piece or one that trains layer by layer, or for what is wrong with the stages; `memory.full`
 */
export async function editStages(
  context: ServiceContext,
  { runId, from, stages }: Request<'training.editStages'>,
): Promise<Response<'training.editStages'>> {
  const { log } = context;
  const { status } = readResult(log, runId);
  const isResumable = status === 'stopped' || status === 'interrupted';
  if (!isActive(status) && !isResumable) throw ended(runId, status);
  const plan = readPlan(log, runId);
  assertEditable(plan, runId);
  const first = await firstToCome(context, runId);
  const place = from ?? Math.min(first, plan.stages.length);
  if (place < first) throw begun(runId, place);
  if (place > plan.stages.length) {
    throw new ThawError(
      'usage.invalid',
      `Stages follow one another; received some for place ${place + 1} of a run that has ${plan.stages.length}.`,
      `Begin at place ${plan.stages.length + 1} at most.`,
    );
  }
  const edited = editedPlan(plan, place, stages);
  if (place === 0) assertSameBeginning(plan, edited);
  completeTask(edited);
  const { dataset } = edited;
  const features = dataset.kind === 'features' ? (await context.features.open(dataset.path)).description : null;
  assertRules(edited, features);
  if (isActive(status) && status !== 'queued') assertFits(context, runId, edited, place);
  return { plan: await takeEdit(context, runId, { plan: edited, place, stages: edited.stages.slice(place) }) };
}

async function takeEdit(
  context: ServiceContext,
  runId: string,
  edit: { readonly plan: TrainingPlan; readonly place: number; readonly stages: readonly TrainingStage[] },
): Promise<TrainingPlan> {
  const { log } = context;
  const { status } = readResult(log, runId);
  if (isActive(status) && status !== 'queued') {
    const answer = await runUnderWay(context, runId, 'given other stages').editStages(edit.place, edit.stages);
    if (answer) return answer;
    throw begun(runId, edit.place);
  }
  rewritePlan(log, runId, edit.plan, (run, database) => {
    if (run.status !== status) throw begun(runId, edit.place);
    // Its plan has been read, or is about to be.
    if (holdsTrainerLock(database, runId)) throw beginning(runId);
  });
  context.events.tellRun(runId, { kind: 'stages', stages: edit.plan.stages, epochs: edit.plan.epochs });
  return edit.plan;
}
