import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Prediction, PredictResult, Request } from '../../shared/contract/endpoint.ts';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import { taskWords } from '../../shared/contract/task-words.ts';
import { stageCount, stagePlan } from '../../shared/contract/stages.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readPlan } from '../experiment/run-reader.ts';
import { readStateOf } from '../training/checkpoint.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import type { PredictJob } from '../training/protocol.ts';
import type { ServiceContext } from './context.ts';
import { resolveImages, type ImageTarget } from './resolve-images.ts';

/** Names the checkpoint as it stands now: a run that trains writes better ones. */
async function modelOf(prefix: string): Promise<string> {
  const written = await stat(path.dirname(prefix)).catch(() => null);
  return `${prefix} ${written?.mtimeMs ?? 0}`;
}

/** Whom to ask, and what of. */
export interface PredictionAsked {
  readonly model: string;
  readonly job: Omit<PredictJob, 'images'>;
}

/**
 * What predicts by a checkpoint of a run.
 *
 * @throws ThawError `run.unknown`, `run.state` for a run that looks at no images, `training.checkpoint` where the run kept no
 *   such checkpoint
 */
export async function predictionAsked(
  context: ServiceContext,
  request: Pick<Request<'predict'>, 'runId' | 'checkpoint' | 'precision' | 'top'>,
): Promise<PredictionAsked> {
  const { runId, top, checkpoint = 'best' } = request;
  const asked = request.precision;
  // A run that is not in the log is told before one whose files are gone.
  const plan = readPlan(context.log, runId);
  const { network } = plan;
  if (isFeatureNetwork(network)) {
    throw new ThawError(
      'run.state',
      `A run looks at images through the network that its features were taken from; run '${runId}' was trained on features (${network}) and knows no such network.`,
      'Train on features that `thaw features` wrote: they say which network they come from.',
    );
  }
  const learnt = taskWords(plan.task);
  if (learnt !== null) {
    throw new ThawError(
      'run.state',
      `A prediction names classes; run '${runId}' learnt ${learnt}, and what it makes of an image is shown by nothing yet.`,
      `Train a classifier that begins with it, \`thaw train --strategy finetune --weights run:${runId}\`, and predict with that.`,
    );
  }
  const runDirectory = context.runDirectory(runId);
  const prefix = await chosenPrefix(runDirectory, checkpoint);
  // What is frozen, and computed as such, is told by the checkpoint's own stage.
  const stage = plan.stages.length === 0 ? 0 : (await readStateOf(path.dirname(prefix))).stage;
  const { strategy, rules } = stagePlan(plan, Math.min(stage, stageCount(plan) - 1));
  const precision = asked ? { frozen: asked, trainable: asked } : plan.precision;
  const model = `${await modelOf(prefix)} ${precision.frozen} ${precision.trainable}`;
  return { model, job: { runDirectory, checkpoint, plan: { strategy, rules, precision }, top } };
}

/** What was asked about images, some of which are none. */
export async function predictTargets(
  context: ServiceContext,
  { model, job }: PredictionAsked,
  targets: readonly ImageTarget[],
): Promise<readonly Prediction[]> {
  const images = targets.flatMap((target) => ('file' in target ? [target.file] : []));
  const found = images.length > 0 ? [...(await context.predictors.ask(model, { ...job, images }))] : [];
  return targets.map((target) => {
    const { path: shown, imageId } = target;
    if ('problem' in target) return { path: shown, imageId, classes: [], problem: target.problem };
    const { classes = [], problem = null } = found.shift() ?? {};
    // For people: where the file lies on this machine is no part of what is wrong with it.
    return { path: shown, imageId, classes, problem: problem?.replaceAll(target.file, shown) ?? null };
  });
}

/**
 * The most probable classes of each image, by a checkpoint of a run.
 *
 * @throws ThawError `run.unknown`, `file.notGranted`, `training.checkpoint` where the run kept no such checkpoint, or what the
 *   predictor met
 */
export async function predict(context: ServiceContext, request: Request<'predict'>): Promise<PredictResult> {
  const asked = await predictionAsked(context, request);
  const targets = await resolveImages(context, request.images);
  return { runId: request.runId, predictions: [...(await predictTargets(context, asked, targets))] };
}
