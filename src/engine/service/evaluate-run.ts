import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EvaluateRequest, EvaluationReport } from '../../shared/contract/evaluate.ts';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import type { DatasetSource, TrainingPlan } from '../../shared/contract/plan.ts';
import { taskWords } from '../../shared/contract/task-words.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { listKeptEvaluations, writeAskedEvaluation } from '../experiment/kept-evaluations.ts';
import { readPlan } from '../experiment/run-reader.ts';
import type { EvaluationDone, EvaluationJob, EvaluationTarget } from '../training/evaluation/evaluator-protocol.ts';
import { isPredictionsPath } from '../training/evaluation/predictions-file.ts';
import { datasetRoot, structureOf } from '../training/dataset-root.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import { askProcess } from './ask-process.ts';
import type { ServiceContext } from './context.ts';
import { deviceEnvironment } from './device-environment.ts';
import { reportEvaluation } from './evaluation-report.ts';
import { locatedDataset } from './located-dataset.ts';
import { resolveDataset } from './resolve-references.ts';
import { keptAs } from './same-images.ts';
import { cacheLimit } from './caches.ts';
import type { Task } from './tasks.ts';

/** @throws ThawError `run.state` for a run that tells no classes of images */
function expectClassifier(runId: string, { network, task }: TrainingPlan): void {
  if (isFeatureNetwork(network)) {
    throw new ThawError(
      'run.state',
      `A run is evaluated on images through the network that its features were taken from; run '${runId}' was trained on features (${network}) and knows no such network.`,
      'What it kept of its validation at its end can be looked at; train on features that `thaw features` wrote, which say where they come from, to evaluate more.',
    );
  }
  const learnt = taskWords(task);
  if (learnt === null) return;
  throw new ThawError(
    'run.state',
    `An evaluation counts how often classes are told right; run '${runId}' learnt ${learnt}.`,
    `Train a classifier that begins with it, \`thaw train --strategy finetune --weights run:${runId}\`, and evaluate that.`,
  );
}

/** @throws ThawError `run.state` where the images are not known; `file.notGranted`, `run.unknown` */
function targetOf(
  context: ServiceContext,
  { runId, on = { kind: 'split', split: 'validation' } }: EvaluateRequest,
  plan: TrainingPlan,
): EvaluationTarget {
  if (on.kind === 'split') {
    if (plan.dataset.kind !== 'features') return on;
    throw new ThawError(
      'run.state',
      `A split is evaluated on its images; run '${runId}' was trained on a file of features, and where their images lie is not known.`,
      'Evaluate it on a folder of images, with --dataset.',
    );
  }
  const source = resolveDataset(context, on.dataset);
  if (source.kind !== 'features') return { kind: 'folder', source };
  throw new ThawError(
    'usage.invalid',
    `A run is evaluated on images; '${source.path}' is a file of features.`,
    'Give a folder of images.',
  );
}

/** In the place of a split's name, that of a folder: the same for the same folder. */
function nameOf(on: EvaluationTarget): string {
  if (on.kind === 'split') return on.split;
  const key = JSON.stringify([datasetRoot(on.source), structureOf(on.source) ?? null]);
  return `folder-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
}

/** What a process that was ended left behind is no evaluation. */
async function removeParts({ runDirectory, token }: Pick<EvaluationJob, 'runDirectory' | 'token'>): Promise<void> {
  const folder = path.join(runDirectory, 'evaluation');
  const files = await readdir(folder).catch(() => []);
  for (const file of files) if (file.includes(`-${token}-`)) await rm(path.join(folder, file), { force: true });
}

async function evaluateAside(
  context: ServiceContext,
  job: Omit<EvaluationJob, 'scratch'>,
  { signal, report }: Task,
): Promise<EvaluationDone> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'thaw-evaluate-')).catch((error: unknown) => {
    throw explainDiskError(error, 'make a folder for what is loaded');
  });
  const asked = { ...job, scratch };
  try {
    return await askProcess<EvaluationDone>(
      context.entries.evaluator,
      asked,
      'Evaluating',
      signal,
      undefined,
      (done, total, detail) => report(done, total, detail),
      deviceEnvironment(job.plan.device),
    );
  } catch (error) {
    await removeParts(job);
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The folder is found again by this, wherever it was named from. */
function keptSource(on: EvaluationTarget): DatasetSource | null {
  return on.kind === 'split' ? null : on.source;
}

/**
 * Notes what came of an evaluation, whose file lies beside all others: the log goes over to it in one step, and what it knows no
 * more is removed after.
 */
async function keep(
  context: ServiceContext,
  runId: string,
  { job, done }: { readonly job: Pick<EvaluationJob, 'on' | 'name' | 'runDirectory'>; readonly done: EvaluationDone },
): Promise<number> {
  const { on, name, runDirectory } = job;
  const { leftOut, warnings, confusion, changed, imagesKey, ...figures } = done;
  const as =
    on.kind === 'split'
      ? await keptAs(context, { runId, split: on.split }, { changed, imagesKey, path: done.path })
      : { split: name, warnings: [] };
  const { evaluationId, replaced } = writeAskedEvaluation(context.log, runId, {
    ...figures,
    split: as.split,
    dataset: keptSource(on),
    confusion,
    told: { leftOut, warnings: [...as.warnings, ...warnings] },
  });
  for (const before of replaced) {
    if (isPredictionsPath(before)) await rm(path.join(runDirectory, before), { force: true });
  }
  return evaluationId;
}

/**
 * Evaluates a checkpoint of a run and keeps what came of it with the run.
 *
 * @throws ThawError `run.unknown`, `run.state` for a run that tells no classes of images, `training.checkpoint`, `dataset.*`
 *   where there is nothing to evaluate, `disk.full`, `task.cancelled`, `training.process`
 */
export async function evaluateRun(context: ServiceContext, request: EvaluateRequest): Promise<EvaluationReport> {
  const { runId, checkpoint = 'best', taskId } = request;
  const stored = readPlan(context.log, runId);
  expectClassifier(runId, stored);
  const plan = { ...stored, dataset: locatedDataset(context, stored.dataset) };
  const on = targetOf(context, request, plan);
  const runDirectory = context.runDirectory(runId);
  // A checkpoint that is not there is told before a process is begun.
  await chosenPrefix(runDirectory, checkpoint);
  const name = nameOf(on);
  return context.tasks.run(taskId, 'image', async (task) => {
    const job = {
      ...{ plan, runDirectory, checkpoint, on, name, token: randomBytes(6).toString('hex'), home: context.home },
      ...{ cacheDirectory: context.cache, cacheLimitBytes: cacheLimit(context) },
    };
    const done = await evaluateAside(context, job, task);
    try {
      return await reportEvaluation(context, { runId, evaluationId: await keep(context, runId, { job, done }) });
    } catch (error) {
      const isKnown = listKeptEvaluations(context.log, runId).some((kept) => kept.path === done.path);
      if (!isKnown) await rm(path.join(runDirectory, done.path), { force: true });
      throw error;
    }
  });
}
