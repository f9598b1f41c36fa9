import { hash } from 'node:crypto';
import { MOST_LAID_OUT, type EmbeddingMap } from '../../shared/contract/embedding.ts';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { LAYOUT } from '../training/embedding/layout.ts';
import type { EmbeddedImages } from '../training/extractor-protocol.ts';
import { cacheLimit } from './caches.ts';
import type { ServiceContext } from './context.ts';
import type { OpenedDataset } from './datasets.ts';
import { completePlan } from './default-plan.ts';
import { findEmbedding, keepEmbedding } from './embedding-cache.ts';
import { placeImages } from './extractor-process.ts';
import { resolveWeights } from './resolve-references.ts';
import { assertWeights, sourceFolders } from './weights-path.ts';
import { weightsStamps } from './weights-stamps.ts';

type Asked = Request<'dataset.embedding'>;
type NamedImage = OpenedDataset['images'][number];

/** Each content once, in an order that neither names nor classes decide, and that is as good as any draw. */
function contentsOf(images: readonly NamedImage[]): readonly { readonly path: string; readonly contentHash: string }[] {
  const byContent = new Map(images.map(({ image }) => [image.contentHash, image.path]));
  return [...byContent]
    .map(([contentHash, path]) => ({ path, contentHash }))
    .sort((left, right) => (left.contentHash < right.contentHash ? -1 : 1));
}

/** All that decides a map: what looks, by which weights, at which contents, and how it is laid out. */
async function keyOf(
  context: ServiceContext,
  plan: TrainingPlan,
  contents: readonly { readonly contentHash: string }[],
): Promise<string> {
  const decides = {
    layout: LAYOUT,
    network: plan.network,
    preprocessing: plan.preprocessing,
    weights: await weightsStamps(context, plan),
    contents: hash('sha256', contents.map(({ contentHash }) => contentHash).join(), 'hex'),
  };
  return hash('sha256', JSON.stringify(decides), 'hex');
}

/** The dataset's images at the places of their contents; those that could not be read have none. */
function mapOf(
  network: string,
  images: readonly NamedImage[],
  contents: readonly { readonly contentHash: string }[],
  { coordinates, layers, placed, skipped }: EmbeddedImages,
): EmbeddingMap {
  const places = new Map(contents.map(({ contentHash }, place) => [contentHash, place]));
  const shown = images.flatMap(({ imageId, image }) => {
    const place = places.get(image.contentHash) ?? 0;
    const [across = NaN, down = NaN] = coordinates.subarray(place * 2, place * 2 + 2);
    return Number.isNaN(across) ? [] : [{ imageId, image, across, down }];
  });
  return {
    network,
    layers: [...layers],
    imageIds: shown.map(({ imageId }) => imageId),
    paths: shown.map(({ image }) => image.path),
    classes: Int32Array.from(shown, ({ image }) => image.label),
    coordinates: Float32Array.from(shown.flatMap(({ across, down }) => [across, down])),
    placed,
    skipped: [...skipped],
  };
}

/**
 * The images of a dataset as points of a plane, by the features that a network takes of them; kept from then on.
 *
 * @throws ThawError `file.notGranted`, `usage.invalid`, `network.unknown`, `weights.missing`, `run.unknown`, `run.state`,
 *   `dataset.images` where too few can be read, `task.cancelled`, or what the process met
 */
export async function embedDataset(
  context: ServiceContext,
  { datasetId, network, weights, onlyKept = false, taskId }: Asked,
): Promise<Response<'dataset.embedding'>> {
  if (context.features.has(datasetId) || (network !== undefined && isFeatureNetwork(network))) {
    throw new ThawError(
      'usage.invalid',
      'A map is made of images that a network looks at; features of others have none to show.',
      'Open the folder of the images, and choose a network that takes images.',
    );
  }
  const { images, aside, content, source } = await context.datasets.byId(datasetId);
  const plan = completePlan({
    strategy: 'features',
    dataset: source,
    network,
    weights: weights && resolveWeights(context, weights),
  });
  await assertWeights(context, plan.weights);
  // Those out of use too: a map is the same whatever is decided of its images.
  const contents = contentsOf([...images, ...aside]);
  const key = await keyOf(context, plan, contents);
  const kept = await findEmbedding(context.cache, key, contents.length);
  if (kept) return { map: mapOf(plan.network, images, contents, kept) };
  if (onlyKept) return { map: null };
  const embedded = await context.tasks.run(taskId, 'image', (task) =>
    placeImages(
      context.entries.extractor,
      {
        plan,
        layer: null,
        root: content.root,
        images: contents,
        laidOut: MOST_LAID_OUT,
        cacheDirectory: context.cache,
        cacheLimitBytes: cacheLimit(context),
        ...sourceFolders(context, plan),
      },
      task,
    ),
  );
  await keepEmbedding(context.cache, key, embedded);
  return { map: mapOf(plan.network, images, contents, embedded) };
}
