import { featureFeed } from '../../graph/program.ts';
import { decodeImage } from '../../image/decode-image.ts';
import type { ImageFile } from '../../image/image-loader.ts';
import { readRows } from '../embedding/read-rows.ts';
import type { ExtractorJob } from '../extractor-protocol.ts';
import type { Extractor } from '../features-file/load-extractor.ts';
import type { ExplainedCheckpoint, ExplainedModel } from './explained-model.ts';

interface FeaturesOf extends ExplainedCheckpoint {
  /** The run's network with the checkpoint's weights, all but its head frozen. */
  readonly extractor: ExtractorJob;
}

/** What a process is asked of an image: the features that feed the head. */
export interface FeaturesJob extends FeaturesOf {
  readonly kind: 'features';
  /** A file. */
  readonly image: string;
}

export interface ImageFeatures {
  /** The layers whose output they are. */
  readonly layers: readonly string[];
  /** The mean over its places of each channel. */
  readonly features: Float32Array;
}

/** What a process is asked of images of a dataset: how alike they are to an image by its features. */
export interface SimilarJob extends FeaturesOf {
  readonly kind: 'similar';
  readonly features: Float32Array;
  /** Of the dataset, absolute. */
  readonly root: string;
  readonly images: readonly ImageFile[];
}

export interface Similarities {
  /** The cosine of each image; NaN for one that could not be read. */
  readonly similarities: Float32Array;
}

/** The cosine of the angle between two rows; 0 where one of them has no direction. */
export function cosine(first: Float32Array, second: Float32Array): number {
  let [product, firstSquares, secondSquares] = [0, 0, 0];
  for (let place = 0; place < first.length; place += 1) {
    const [own, other] = [first[place] ?? 0, second[place] ?? 0];
    product += own * other;
    firstSquares += own * own;
    secondSquares += other * other;
  }
  const length = Math.sqrt(firstSquares) * Math.sqrt(secondSquares);
  // Rounding may bring a row a little beyond itself.
  return length > 0 ? Math.min(1, Math.max(-1, product / length)) : 0;
}

/** The features of an image that need not be of a dataset. */
async function featuresOf({ session, program, preprocessing }: Extractor, image: string): Promise<Float32Array> {
  const pixels = await decodeImage(image, preprocessing);
  const outputs = session.run('features', { images: { data: [pixels], shape: [] } });
  const rows = program.cut.map(({ name, shape }) => {
    const values = outputs[featureFeed(name)]?.data;
    if (!(values instanceof Float32Array)) throw new TypeError(`The program gave no features of '${name}'.`);
    const channels = shape.at(-1) ?? 1;
    const places = values.length / channels;
    const means = new Float32Array(channels);
    values.forEach((value, at) => (means[at % channels] = (means[at % channels] ?? 0) + value / places));
    return [...means];
  });
  return Float32Array.from(rows.flat());
}

/** @throws ThawError `image.unreadable`, or what is wrong with the checkpoint */
export async function computeFeatures(model: ExplainedModel, job: FeaturesJob): Promise<ImageFeatures> {
  const extractor = await model.extractor(job.extractor);
  return { layers: [...extractor.plan.cut], features: await featuresOf(extractor, job.image) };
}

/** Features of the dataset's images come from their cache where they were computed before, and are kept there. */
export async function computeSimilar(model: ExplainedModel, job: SimilarJob): Promise<Similarities> {
  const { root, images, features } = job;
  const { plan, cacheDirectory, cacheLimitBytes } = job.extractor;
  const { rows, usable } = await readRows(images, {
    job: { plan, root, cacheDirectory, cacheLimitBytes },
    extractor: await model.extractor(job.extractor),
    // Whoever asks ends between two blocks.
    signal: new AbortController().signal,
    onWarning: () => undefined,
    onRead: () => undefined,
  });
  const similarities = new Float32Array(images.length).fill(NaN);
  usable.forEach((image, row) => {
    similarities[image] = cosine(features, rows.values.subarray(row * rows.size, (row + 1) * rows.size));
  });
  return { similarities };
}
