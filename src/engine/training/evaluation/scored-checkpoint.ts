import { labelScore } from '../../evaluation/scored-images.ts';
import { bitsOf } from '../../graph/ops/fed-rows.ts';
import { featureFeed } from '../../graph/program.ts';
import { loadImages } from '../../image/load-images.ts';
import { elementCount } from '../../network/shape.ts';
import type { Feeds } from '../batch-source.ts';
import { MOST_PROBABILITIES } from '../evaluate.ts';
import { datasetFeatures } from '../features.ts';
import { yieldToMessages } from '../yield.ts';
import type { ImageToEvaluate, ImagesToEvaluate } from './chosen-for-evaluation.ts';
import type { EvaluationModel } from './evaluation-model.ts';
import type { EvaluationJob } from './evaluator-protocol.ts';

/** Of the features of so many bytes at a time are evaluated; all of 30,000 images with 2048 each. */
const MOST_FEATURE_BYTES = 2 ** 28;

export interface Watched {
  readonly signal: AbortSignal;
  readonly report: (done: number, total: number, detail: string) => void;
  readonly onWarning: (message: string) => void;
}

/** What a checkpoint made of images, as they are handed to it. */
export class Scores {
  readonly predicted: Int32Array;
  readonly probability: Float32Array;
  readonly labelProbability: Float32Array;
  readonly labelRank: Int32Array;
  /** null where they would be too many to be kept. */
  readonly probabilities: Float32Array | null;
  /** The places of the images in what was to be evaluated, in the order of the rows. */
  readonly places: number[] = [];
  /** Why images could not be read, by their places. */
  readonly unreadable = new Map<number, string>();
  readonly #model: EvaluationModel;
  readonly #images: readonly ImageToEvaluate[];
  readonly #classes: number;

  constructor(model: EvaluationModel, images: readonly ImageToEvaluate[], classes: number) {
    this.#model = model;
    this.#images = images;
    this.#classes = classes;
    this.predicted = new Int32Array(images.length);
    this.probability = new Float32Array(images.length);
    this.labelProbability = new Float32Array(images.length);
    this.labelRank = new Int32Array(images.length);
    this.probabilities =
      images.length * classes <= MOST_PROBABILITIES ? new Float32Array(images.length * classes) : null;
  }

  /**
   * Evaluates a batch.
   *
   * @param places of its images
   * @param feeds what the program is given of them, the labels apart
   */
  add(places: readonly number[], feeds: Feeds): void {
    const labels = Int32Array.from(places, (place) => this.#images[place]?.label ?? 0);
    const output = this.#model.session.run('evaluate', { ...feeds, labels: { data: labels, shape: [labels.length] } });
    const own = output['probabilities']?.data;
    const winners = output['predicted']?.data;
    if (!(own instanceof Float32Array) || !(winners instanceof Int32Array)) {
      throw new TypeError('The program gave no predictions.');
    }
    const [first, classes] = [this.places.length, this.#classes];
    labels.forEach((label, row) => {
      const { probability, rank } = labelScore(own, { row, classes, label });
      const winner = winners[row] ?? 0;
      this.predicted[first + row] = winner;
      this.probability[first + row] = own[row * classes + winner] ?? NaN;
      this.labelProbability[first + row] = probability;
      this.labelRank[first + row] = rank;
    });
    this.probabilities?.set(own.subarray(0, labels.length * classes), first * classes);
    this.places.push(...places);
  }
}

async function scoreFeatures(
  model: EvaluationModel,
  { root, images }: ImagesToEvaluate,
  scores: Scores,
  { job, signal, report, onWarning }: Watched & { readonly job: EvaluationJob },
): Promise<void> {
  const { program, session } = model;
  const { evaluationBatchSize: batchSize, loaderWorkers } = job.plan;
  const sizes = program.cut.map(({ name, shape }) => ({ name, shape, size: elementCount(shape) }));
  const rowBytes = 4 * sizes.reduce((sum, { size }) => sum + size, 0);
  const most = Math.max(batchSize, Math.floor(MOST_FEATURE_BYTES / rowBytes));
  for (let start = 0; start < images.length; start += most) {
    const part = images.slice(start, start + most);
    const { features, usable, skipped } = await datasetFeatures({
      ...model,
      session,
      program,
      dataset: { root, images: part },
      cacheDirectory: job.cacheDirectory,
      cacheLimitBytes: job.cacheLimitBytes,
      workers: loaderWorkers ?? undefined,
      batchSize,
      beforeImage: yieldToMessages,
      onProgress: (done, missing) => report(start + part.length - missing + done, images.length, 'computing features'),
      onWarning,
      signal,
    });
    const reasons = new Map(skipped.map(({ path, reason }) => [path, reason]));
    const read = new Set(usable);
    part.forEach(({ path }, index) => {
      if (!read.has(index)) scores.unreadable.set(start + index, reasons.get(path) ?? 'it cannot be read');
    });
    for (let first = 0; first < usable.length; first += batchSize) {
      signal.throwIfAborted();
      const rows = usable.slice(first, first + batchSize);
      const feeds: Record<string, Feeds[string]> = {
        rows: { data: Int32Array.from(rows.keys()), shape: [rows.length] },
      };
      for (const { name, shape, size } of sizes) {
        const all = features.get(name) ?? new Float32Array(0);
        const own = new Float32Array(rows.length * size);
        rows.forEach((row, index) => own.set(all.subarray(row * size, (row + 1) * size), index * size));
        feeds[featureFeed(name)] = bitsOf({ data: own, shape: [rows.length, ...shape] });
      }
      scores.add(
        rows.map((row) => start + row),
        feeds,
      );
      report(start + first + rows.length, images.length, '');
      await yieldToMessages();
    }
  }
}

async function scorePixels(
  { preprocessing }: EvaluationModel,
  { root, images }: ImagesToEvaluate,
  scores: Scores,
  { job, signal, report, onWarning }: Watched & { readonly job: EvaluationJob },
): Promise<void> {
  const { evaluationBatchSize: batchSize, loaderWorkers } = job.plan;
  let batch: { readonly place: number; readonly pixels: Uint8Array }[] = [];
  const flush = (): void => {
    if (batch.length === 0) return;
    const bytes = Buffer.concat(batch.map(({ pixels }) => pixels));
    scores.add(
      batch.map(({ place }) => place),
      { images: { data: [bytes], shape: [] } },
    );
    batch = [];
    report(scores.places.length + scores.unreadable.size, images.length, '');
  };
  const loaded = loadImages(root, images, preprocessing, {
    cacheDirectory: job.cacheDirectory,
    limitBytes: job.cacheLimitBytes,
    concurrency: loaderWorkers ?? undefined,
    signal,
    onWarning,
  });
  for await (const image of loaded) {
    if (image.kind === 'problem') scores.unreadable.set(image.index, image.problem);
    else batch.push({ place: image.index, pixels: image.pixels });
    if (batch.length === batchSize) {
      flush();
      await yieldToMessages();
    }
  }
  flush();
}

/**
 * What a checkpoint makes of images: from their features where a frozen prefix gives them, which are cached, else from their
 * pixels.
 *
 * @throws the signal's reason
 */
export async function scoreCheckpoint(
  model: EvaluationModel,
  chosen: ImagesToEvaluate,
  classes: number,
  watched: Watched & { readonly job: EvaluationJob },
): Promise<Scores> {
  const scores = new Scores(model, chosen.images, classes);
  await (model.program.cut.length > 0 ? scoreFeatures : scorePixels)(model, chosen, scores, watched);
  return scores;
}
