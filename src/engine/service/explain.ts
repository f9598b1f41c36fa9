import type { HeatMap, HeatMapRequest } from '../../shared/contract/explain.ts';
import type { Response } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { closest } from '../network/closest.ts';
import type { ExplainedCheckpoint } from '../training/explain/explained-model.ts';
import type { ComputedMap } from '../training/explain/heat-map.ts';
import { mappedLayers } from '../training/explain/mapped-layers.ts';
import { modelNetwork, readModelFile } from '../training/model-file.ts';
import { askExplainer } from './ask-explainer.ts';
import type { ServiceContext } from './context.ts';
import { oneImage } from './one-image.ts';
import { predictionAsked } from './predict.ts';

/** So many of the most probable classes are told. */
const TOP = 5;

/** The checkpoint that is asked about, and its classes. */
export interface Explained {
  readonly checkpoint: ExplainedCheckpoint;
  readonly classes: readonly string[];
}

/**
 * What explains a checkpoint of a run: always in float32, whose gradients are exact.
 *
 * @throws ThawError as `predictionAsked`
 */
export async function explainedOf(
  context: ServiceContext,
  { runId, checkpoint }: Pick<HeatMapRequest, 'runId' | 'checkpoint'>,
): Promise<Explained> {
  const asked = await predictionAsked(context, { runId, checkpoint, precision: 'float32', top: TOP });
  const { classes } = await readModelFile(asked.job.runDirectory);
  return { checkpoint: { ...asked.job, model: asked.model }, classes };
}

/** @throws ThawError `usage.noMatch` for a class that the run does not know */
export function classIndexOf(classes: readonly string[], name: string | undefined, runId: string): number | null {
  if (name === undefined) return null;
  const index = classes.indexOf(name);
  if (index !== -1) return index;
  const [near] = closest(name, classes);
  throw new ThawError(
    'usage.noMatch',
    `A class is named as the run names it; run '${runId}' knows ${classes.length} classes, and none is called '${name}'.`,
    near === undefined ? `Its first classes are ${classes.slice(0, 5).join(', ')}.` : `Did you mean '${near}'?`,
  );
}

/** A map as it is told, with the most probable classes and the one that it is of. */
export function toldMap(computed: ComputedMap, classes: readonly string[], runId: string, path: string): HeatMap {
  const { probabilities, classIndex, layer, height, width, values, largest, region } = computed;
  const all = [...probabilities].map((probability, index) => ({ name: classes[index] ?? '', probability }));
  const told = all.toSorted((first, second) => second.probability - first.probability).slice(0, TOP);
  const own = all[classIndex];
  if (own && !told.includes(own)) told.push(own);
  return {
    runId,
    path,
    classes: told,
    class: own?.name ?? '',
    layer,
    height,
    width,
    values: new Float32Array(values),
    largest,
    region,
  };
}

/** For people: where the file lies on this machine is no part of what is wrong with it. */
export function namedAs(error: unknown, file: string, shown: string): unknown {
  if (!(error instanceof ThawError) || !error.message.includes(file)) return error;
  return new ThawError(error.code, error.message.replaceAll(file, shown), error.hint, { cause: error });
}

/**
 * Grad-CAM of a layer for a class: where its output speaks for it.
 *
 * @throws ThawError `run.unknown`, `run.state` for a run without classes or images and for a network without such a layer,
 *   `training.checkpoint`, `usage.noMatch` for a class or a layer that there is not, `image.unreadable`, `file.notGranted`,
 *   `task.cancelled`
 */
export async function heatMapOf(
  context: ServiceContext,
  request: HeatMapRequest,
  signal?: AbortSignal,
): Promise<HeatMap> {
  const { runId, layer = null } = request;
  const { checkpoint, classes } = await explainedOf(context, request);
  const classIndex = classIndexOf(classes, request.class, runId);
  const { file, path } = await oneImage(context, request.image, 'A heat-map is made');
  const job = { ...checkpoint, kind: 'heatMap' as const, image: file, classIndex, layer };
  try {
    const computed = await askExplainer<'heatMap'>(context, job, signal);
    return toldMap(computed, classes, runId, path);
  } catch (error) {
    throw namedAs(error, file, path);
  }
}

/** The same as a task that may be cancelled. @throws ThawError as `heatMapOf` */
export async function explainHeatMap(context: ServiceContext, request: HeatMapRequest): Promise<HeatMap> {
  return context.tasks.run(request.taskId, 'image', ({ signal }) => heatMapOf(context, request, signal));
}

/**
 * The layers of a run's network that a heat-map can be of, the last one first.
 *
 * @throws ThawError `run.unknown`, `run.state` for a run without classes or images, `training.checkpoint`
 */
export async function explainLayers(
  context: ServiceContext,
  { runId }: { readonly runId: string },
): Promise<Response<'explain.layers'>> {
  const { checkpoint } = await explainedOf(context, { runId });
  const { network } = modelNetwork(await readModelFile(checkpoint.runDirectory));
  return mappedLayers(network).map((layer) => ({ ...layer }));
}
