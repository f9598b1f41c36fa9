import path from 'node:path';
import { trainingPlan, type TrainingPlan } from '../../shared/contract/plan.ts';
import { stagePlan, withStages } from '../../shared/contract/stages.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { firstOrigin, readOrigin } from '../experiment/run-origin.ts';
import { readPlan, readResult } from '../experiment/run-reader.ts';
import { isActive } from '../experiment/run-status.ts';
import { bestOf, isExhausted } from '../training/early-stopping.ts';
import { readStateOf, type TrainingState } from '../training/checkpoint.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import type { ServiceContext } from './context.ts';
import { locatedDataset } from './located-dataset.ts';
import { assertDataset, assertSources, withPinnedWeights, type PlannedRun } from './plan-run.ts';

/** @throws ThawError `run.unknown`, `run.state` */
function assertEnded(context: ServiceContext, runId: string, what: string): void {
  const { status } = readResult(context.log, runId);
  if (!isActive(status)) return;
  throw new ThawError(
    'run.state',
    `Only a run that has ended can be ${what}; run '${runId}' is ${status}.`,
    'Wait until it has ended, or stop it.',
  );
}

interface ContinuedPlan {
  readonly plan: TrainingPlan;
  readonly warnings: readonly string[];
}

/** A plan of one piece, or a stage as one, that goes on to so many epochs of its own. @param name of the stage, in words */
function continuedPiece(
  from: TrainingPlan,
  { epoch, history, stageBegan }: TrainingState,
  { epochs, what }: { readonly epochs: number; readonly what: string },
): Pick<TrainingPlan, 'epochs' | 'earlyStopping'> & Pick<ContinuedPlan, 'warnings'> {
  const own = history.filter((metrics) => metrics.epoch > stageBegan);
  const isOver = isExhausted(from.earlyStopping, epoch, bestOf(from.earlyStopping, own)?.epoch ?? null);
  // Its monitor goes on to decide which epoch is the best, as it did until now.
  const earlyStopping = isOver && from.earlyStopping ? { ...from.earlyStopping, patience: epochs } : from.earlyStopping;
  const warnings = [
    ...(isOver
      ? [`Early stopping ended ${what}, and would end this one at once: its patience is now all ${epochs} epochs.`]
      : []),
    ...(from.schedule.kind === 'cosine'
      ? [
          `The cosine schedule now ends at epoch ${stageBegan + epochs}: the learning rate goes on as in a run of that many epochs.`,
        ]
      : []),
  ];
  return { epochs, earlyStopping, warnings };
}

function continuedPlan(from: TrainingPlan, state: TrainingState, more: number): ContinuedPlan {
  const { epoch, stage, stageBegan } = state;
  if (!trainingPlan.shape.epochs.safeParse(epoch + more).success) {
    throw new ThawError(
      'usage.invalid',
      `A run has at most 100,000 epochs; ${epoch} are complete, received ${more} more.`,
      'Ask for fewer.',
    );
  }
  const own = from.stages[stage];
  const what = own ? `stage '${own.name}'` : 'the run';
  const { warnings, ...piece } = continuedPiece(stagePlan(from, stage), state, {
    epochs: epoch - stageBegan + more,
    what,
  });
  if (!own) return { plan: { ...from, ...piece }, warnings };
  const left = from.stages.slice(stage + 1).map(({ name }) => `'${name}'`);
  const plan = withStages(from, [...from.stages.slice(0, stage), { ...own, ...piece }]);
  const without = `It goes on in ${what}: what was to follow, ${left.join(', ')}, is left out.`;
  return { plan, warnings: left.length === 0 ? warnings : [...warnings, without] };
}

/**
 * Plans a run that goes on where another has ended, for so many more epochs: all is as if that one had been given more epochs
 * from the beginning, but for what `warnings` say.
 *
 * @throws ThawError `run.unknown`, `run.state` for a run that has not ended, `training.checkpoint` where it left none
 */
export async function planContinued(
  context: ServiceContext,
  { runId, epochs: more }: { readonly runId: string; readonly epochs: number },
): Promise<PlannedRun> {
  assertEnded(context, runId, 'continued');
  const from = readPlan(context.log, runId);
  const state = await readStateOf(path.dirname(await chosenPrefix(context.runDirectory(runId), 'last')));
  const { plan, warnings } = continuedPlan(from, state, more);
  const dataset = locatedDataset(context, plan.dataset);
  assertDataset(dataset);
  return {
    plan: { ...plan, dataset },
    origin: { runId, relation: 'continued', step: state.step },
    part: null,
    // It goes on with the images that the run began with, whatever was decided of them since.
    edits: null,
    warnings,
  };
}

/**
 * Plans a run that does once more what another did: the same plan and seed, the dataset laid out and edited as that one began
 * with it, and where that one branched off or continued another, from the same checkpoint.
 *
 * @throws ThawError `run.unknown`, `dataset.missing`, `weights.missing`, or as `assertWeights`
 */
export async function planRepeated(
  context: ServiceContext,
  { runId }: { readonly runId: string },
): Promise<PlannedRun> {
  assertEnded(context, runId, 'repeated');
  const from = readPlan(context.log, runId);
  const dataset = locatedDataset(context, from.dataset);
  const origin = { runId, relation: 'repeated', step: null } as const;
  const first = firstOrigin(context.log, readOrigin(context.log, runId));
  const plan = withPinnedWeights({ ...from, dataset }, first);
  if (first?.relation === 'continued') {
    assertDataset(dataset);
    await chosenPrefix(context.runDirectory(first.runId), { step: first.step ?? 0 });
  } else await assertSources(context, plan);
  // It goes on with the edits that the run began with, not with those of today.
  return { plan, origin, part: null, edits: null, warnings: [] };
}
