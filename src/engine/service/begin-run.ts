import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { RunBegun } from '../../shared/contract/begin-run.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { createRun, withdrawRun } from '../experiment/new-run.ts';
import { enqueueRun } from '../experiment/queue.ts';
import { setStatus } from '../experiment/run-life.ts';
import { firstOrigin, readOrigin, takeOverHistory, type RunOrigin } from '../experiment/run-origin.ts';
import { readPlan, readRun } from '../experiment/run-reader.ts';
import { releaseTrainerLock } from '../experiment/trainer-lock.ts';
import { hasIndex } from '../training/checkpoint.ts';
import { MODEL_FILE } from '../training/model-file.ts';
import type { TrainerJob } from '../training/protocol.ts';
import { serialized } from '../training/serialized-error.ts';
import { takeOver } from '../training/take-over.ts';
import { cacheLimit } from './caches.ts';
import type { ServiceContext } from './context.ts';
import { locatedDataset } from './located-dataset.ts';
import { assertDataset, assertSources, withPinnedWeights, type PlannedRun } from './plan-run.ts';
import { sourceFolders } from './weights-path.ts';

/** A log that was put back to an earlier state may know nothing of it. @throws ThawError `run.state` */
function assertUntrained(runId: string, runDirectory: string): void {
  if (!hasIndex(runDirectory)) return;
  throw new ThawError(
    'run.state',
    `A run begins in a folder without checkpoints, which it would write over; that of run '${runId}' has some.`,
    `Go on from the last of them with \`thaw runs resume ${runId}\`.`,
  );
}

/** Makes a run's own folder, for its owner alone. */
function makeRunFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainDiskError(error, "make the run's folder");
  }
}

/** What of a job a run's origin decides; what it takes over from another's folder is taken over. */
async function jobFromOrigin(
  context: ServiceContext,
  { runId, plan, origin }: { readonly runId: string; readonly plan: TrainingPlan; readonly origin: RunOrigin | null },
): Promise<Pick<TrainerJob, 'resume' | 'keepsOptimizer' | 'repeatedRunDirectory' | 'repeatedWeights'>> {
  const first = firstOrigin(context.log, origin);
  if (first?.relation === 'continued') {
    const step = first.step ?? 0;
    await takeOver(context.runDirectory(first.runId), context.runDirectory(runId), step);
    takeOverHistory(context.log, runId, { runId: first.runId, step });
    return { resume: true };
  }
  const repeated = origin?.relation === 'repeated' ? context.runDirectory(origin.runId) : null;
  const repeatedWeights =
    repeated === null || !origin ? undefined : readRun(context.log, origin.runId).loadReport?.sha256;
  const isOfKind = (other: TrainingPlan): boolean => other.optimizer.kind === plan.optimizer.kind;
  return {
    resume: false,
    ...(first?.relation === 'branched' && { keepsOptimizer: isOfKind(readPlan(context.log, first.runId)) }),
    ...(repeatedWeights !== undefined && { repeatedWeights }),
    ...(repeated !== null && existsSync(path.join(repeated, MODEL_FILE)) && { repeatedRunDirectory: repeated }),
  };
}

/** Forks the trainer of a run that stands in the log with the trainer's place. @throws ThawError for what it needs and is not there */
async function launch(
  context: ServiceContext,
  run: { readonly runId: string; readonly plan: TrainingPlan; readonly origin: RunOrigin | null },
  isKept: boolean,
): Promise<void> {
  const { runId, plan } = run;
  const runDirectory = context.runDirectory(runId);
  assertUntrained(runId, runDirectory);
  makeRunFolder(runDirectory);
  const job = await jobFromOrigin(context, run).catch((error: unknown) => {
    // Nothing that it took over is of use to anybody.
    rmSync(runDirectory, { recursive: true, force: true });
    throw error;
  });
  context.supervise(
    {
      runId,
      plan,
      runDirectory,
      cacheDirectory: context.cache,
      cacheLimitBytes: cacheLimit(context),
      ...sourceFolders(context, plan),
      home: context.home,
      ...job,
    },
    isKept,
  );
}

/**
 * Puts a run into the log and forks its trainer, or lets it wait for its turn. What the trainer refuses before it begins is
 * taken out of the log again: see `SupervisedRun`.
 *
 * @param how.queue whether it waits
 * @param how.group the name of the group that it belongs to
 * @throws ThawError `run.busy` where a trainer is at work and the run is not to wait, `engine.lost` where this engine closes
 */
export async function beginRun(
  context: ServiceContext,
  { plan, origin, part, edits, warnings }: PlannedRun,
  { queue = false, group }: { readonly queue?: boolean | undefined; readonly group?: string | undefined },
): Promise<RunBegun> {
  const { log } = context;
  const told = { part, edits, warnings: [...warnings] };
  if (queue) {
    const waiting = withPinnedWeights(plan, origin);
    const runId = enqueueRun(log, waiting, origin, group);
    context.queue.look();
    return { runId, plan: waiting, ...told };
  }
  return context.starting(async () => {
    const runId = createRun(log, plan, origin, group);
    try {
      await launch(context, { runId, plan, origin }, false);
    } catch (error) {
      try {
        context.ends.write(runId, () => withdrawRun(log, runId));
      } catch {
        // It is tried again; why the run could not begin is what has to be told.
      }
      throw error;
    }
    return { runId, plan, ...told };
  });
}

/**
 * Forks the trainer of a run whose turn it is. What it needs is looked for again: a run that cannot begin any more has
 * failed, and says why.
 *
 * @throws ThawError where the log does not take that
 */
export async function beginWaiting(context: ServiceContext, runId: string): Promise<void> {
  const { log } = context;
  try {
    const stored = readPlan(log, runId);
    const plan = { ...stored, dataset: locatedDataset(context, stored.dataset) };
    const origin = readOrigin(log, runId);
    if (firstOrigin(log, origin)?.relation === 'continued') assertDataset(plan.dataset);
    else await assertSources(context, plan);
    await launch(context, { runId, plan, origin }, true);
  } catch (error) {
    const why = serialized(error, 'Beginning the run');
    // What it has is as good as it was.
    const status = hasIndex(context.runDirectory(runId)) ? 'interrupted' : 'failed';
    context.ends.write(runId, () => {
      log.write('write why the run cannot begin', () => {
        setStatus(log, runId, status, why);
        releaseTrainerLock(log, runId);
      });
      context.events.tellRun(runId, { kind: 'status', status, error: why });
    });
  }
}
