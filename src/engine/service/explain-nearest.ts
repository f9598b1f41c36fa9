import type { Request, Response } from '../../shared/contract/endpoint.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { readPlan } from '../experiment/run-reader.ts';
import type { ExtractorJob } from '../training/extractor-protocol.ts';
import { askExplainer } from './ask-explainer.ts';
import { cacheLimit } from './caches.ts';
import type { ServiceContext } from './context.ts';
import { explainedOf, namedAs } from './explain.ts';
import { oneImage } from './one-image.ts';
import { openedPictures } from './opened-pictures.ts';
import { trainingImagesOf } from './run-images.ts';
import type { Task } from './tasks.ts';
import { sourceFolders } from './weights-path.ts';

/** Images whose features are read, or computed where they never were, before a person who ends it is heard. */
const BLOCK = 64;

interface Found {
  readonly index: number;
  readonly similarity: number;
}

/** What takes features by the run's checkpoint: in the precision that its cache was filled in, where a processor has it. */
function featuresPlan(plan: TrainingPlan, { runId, checkpoint }: Request<'explain.nearest'>): TrainingPlan {
  const isExact = plan.precision.frozen === 'float32';
  return {
    ...plan,
    strategy: 'features',
    rules: [],
    weights: { kind: 'run', runId, ...(checkpoint !== undefined && { checkpoint }) },
    reuse: null,
    headWeights: null,
    stages: [],
    augmentation: null,
    device: 'auto',
    precision: isExact ? plan.precision : { frozen: 'float32', trainable: 'float32' },
  };
}

async function nearestOf(
  context: ServiceContext,
  request: Request<'explain.nearest'>,
  task: Task,
): Promise<Response<'explain.nearest'>> {
  const { runId, count } = request;
  const { checkpoint } = await explainedOf(context, request);
  const { file, path } = await oneImage(context, request.image, 'Neighbours are looked for');
  const { opened, root, classes, images } = await trainingImagesOf(context, runId, task);
  const plan = featuresPlan(readPlan(context.log, runId), request);
  const extractor: ExtractorJob = {
    plan,
    layer: null,
    cacheDirectory: context.cache,
    cacheLimitBytes: cacheLimit(context),
    ...sourceFolders(context, plan),
  };
  const asked = { ...checkpoint, extractor };
  const of = await askExplainer<'features'>(context, { ...asked, kind: 'features', image: file }, task.signal).catch(
    (error: unknown) => {
      throw namedAs(error, file, path);
    },
  );
  const { layers, features } = of;
  let nearest: Found[] = [];
  let compared = 0;
  task.report(0, images.length, 'comparing features');
  for (let start = 0; start < images.length; start += BLOCK) {
    const block = images.slice(start, start + BLOCK).map((image) => ({
      path: image.path,
      contentHash: image.contentHash,
    }));
    const job = { ...asked, kind: 'similar' as const, features, root, images: block };
    const { similarities } = await askExplainer<'similar'>(context, job, task.signal);
    const found = [...similarities].flatMap((similarity, place) =>
      Number.isNaN(similarity) ? [] : [{ index: start + place, similarity }],
    );
    compared += found.length;
    nearest = [...nearest, ...found]
      .sort((first, second) => second.similarity - first.similarity || first.index - second.index)
      .slice(0, count);
    task.report(start + block.length, images.length, 'comparing features');
  }
  const { byContent } = await openedPictures(context, opened.source);
  return {
    runId,
    path,
    layer: layers.join(', '),
    compared,
    images: nearest.flatMap(({ index, similarity }) => {
      const image = images[index];
      if (!image) return [];
      const imageId = byContent.get(image.contentHash) ?? null;
      return [{ path: image.path, imageId, label: classes[image.label] ?? '', similarity }];
    }),
  };
}

/**
 * The training images of a run that its network sees most alike, by the features that feed its head.
 *
 * @throws ThawError `run.unknown`, `run.state` for a run without classes or images, `training.checkpoint`, `dataset.missing`
 *   where its images have gone, `image.unreadable`, `file.notGranted`, `task.cancelled`
 */
export async function explainNearest(
  context: ServiceContext,
  request: Request<'explain.nearest'>,
): Promise<Response<'explain.nearest'>> {
  return context.tasks.run(request.taskId, 'image', (task) => nearestOf(context, request, task));
}
