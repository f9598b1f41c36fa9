import type { RunEventBody } from '../../shared/contract/event.ts';
import type { DatasetSummary, SkippedImage } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Dataset, Split } from '../dataset/open-dataset.ts';
import type { DatasetImage } from '../dataset/dataset.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { augmentedVariant, chooseVariants } from './augmentation/variants.ts';
import { drawAugmentation } from './augmentation/draw.ts';
import { featureSource, imageSource, type BatchSource } from './batch-source.ts';
import type { Clock } from './clock.ts';
import { decodeDataset } from './decoded-images.ts';
import type { BatchRows } from './epoch-order.ts';
import { datasetFeatures, problems, type AugmentedVariant, type FeatureImages } from './features.ts';
import type { PreparedRun } from './prepare-stage.ts';
import { ProgressReporter } from './progress.ts';
import { taskSource } from './task/task-source.ts';

/** The splits as `train` and `evaluate` take them, and the dataset as it turned out. */
export interface SplitSources {
  readonly train: BatchSource;
  readonly validation: BatchSource;
  /** null where the dataset has no test split. */
  readonly test: BatchSource | null;
  /** Of the splits that nothing is learnt from, in their sources' order. */
  readonly images: Readonly<Record<Exclude<Split, 'train'>, readonly DatasetImage[]>>;
  readonly summary: DatasetSummary;
  dispose(): Promise<void>;
}

function datasetSummary(
  dataset: Dataset,
  usable: readonly number[],
  unreadable: readonly SkippedImage[],
): DatasetSummary {
  const count = (split: Split): number => usable.filter((index) => dataset.images[index]?.split === split).length;
  return {
    root: dataset.root,
    classes: [...dataset.classes],
    train: count('train'),
    validation: count('validation'),
    test: count('test'),
    version: dataset.version,
    skipped: [...dataset.skipped, ...unreadable],
  };
}

/**
 * The usable images of a split.
 *
 * @throws ThawError `dataset.images` where training or validation lacks what it needs
 */
function splitImages(dataset: Dataset, usable: readonly number[], split: Split): readonly number[] {
  const images = usable.filter((index) => dataset.images[index]?.split === split);
  if (split === 'test') return images;
  const labels = new Set(images.map((index) => dataset.images[index]?.label));
  const without = split === 'train' ? dataset.classes.filter((_, label) => !labels.has(label)) : [];
  if (images.length > 0 && without.length === 0) return images;
  const classes = without.length > 0 ? ` of class '${without.join("', '")}'` : '';
  throw new ThawError(
    'dataset.images',
    `Every class needs a readable image to train on, and validation at least one; found no readable ${split} image${classes} in ${dataset.root}.`,
    'Add images, or replace the damaged ones.',
  );
}

interface SourceOptions {
  readonly cacheDirectory: string;
  readonly cacheLimitBytes?: number | undefined;
  readonly plan: TrainingPlan;
  readonly clock: Clock;
  /** Waited for before each image that is decoded or computed: a place where the run can hold. */
  readonly beforeImage: () => Promise<void>;
  readonly emit: (body: RunEventBody) => void;
  readonly signal: AbortSignal;
}

/** The sources of splits, before it is known which images belong to them. */
interface Sources {
  readonly usable: readonly number[];
  readonly skipped: readonly SkippedImage[];
  readonly source: (split: Split, images: readonly number[], labels: Int32Array) => BatchSource;
  readonly dispose: () => Promise<void>;
}

async function featureSources(run: PreparedRun, options: SourceOptions): Promise<Sources> {
  const { session, program, dataset, preprocessing, canvas } = run;
  const { emit, clock, plan: trainingPlan } = options;
  const { augmentation, seed } = trainingPlan;
  const count = canvas && augmentation ? augmentation.variants : 0;
  // Made when the first is told: what is in the cache costs no time.
  let progress: ProgressReporter | null = null;
  let doneBefore = 0;
  const take = async (images: FeatureImages['images'], augmented?: AugmentedVariant) => {
    const found = await datasetFeatures({
      ...run,
      ...options,
      plan: run.plan,
      dataset: { root: dataset.root, images },
      workers: trainingPlan.loaderWorkers ?? undefined,
      precision: trainingPlan.precision.frozen,
      batchSize: trainingPlan.evaluationBatchSize,
      augmented,
      onProgress: (done, missing) => {
        progress ??= new ProgressReporter(emit, 'features', 'image', { clock });
        progress.report(doneBefore + done, doneBefore + missing + left * trainImages.length);
      },
      onWarning: (message) => emit({ kind: 'warning', message }),
    });
    doneBefore += images.length - found.reused;
    return found;
  };
  // Variants are of training images alone; the others are looked at as they are.
  const isTaken = ({ split }: Dataset['images'][number]): boolean => count === 0 || split !== 'train';
  const plain = dataset.images.flatMap((image, index) => (isTaken(image) ? [index] : []));
  const trainImages = dataset.images.flatMap((image, index) => (isTaken(image) ? [] : [index]));
  let left = count;
  const chosen = (indices: readonly number[]) => indices.flatMap((index) => dataset.images[index] ?? []);
  const base = await take(chosen(plain));
  const variants: ReadonlyMap<string, Float32Array>[] = [];
  const usable = new Set(base.usable.map((row) => plain[row] ?? -1));
  const skipped = [...base.skipped];
  if (augmentation && canvas) {
    for (let variant = 0; variant < count; variant++) {
      left = count - variant - 1;
      const found = await take(chosen(trainImages), augmentedVariant({ augmentation, variant, canvas, preprocessing }));
      variants.push(found.features);
      // An image is of use where all of its variants are.
      const own = new Set(found.usable);
      trainImages.forEach((image, row) => {
        if (!own.has(row)) usable.delete(image);
        else if (variant === 0) usable.add(image);
      });
      const known = new Set(skipped.map(({ path }) => path));
      skipped.push(...found.skipped.filter(({ path }) => !known.has(path)));
    }
  }
  const rowsOf = (indices: readonly number[]): ReadonlyMap<number, number> =>
    new Map(indices.map((index, row) => [index, row]));
  const [plainRows, trainRows] = [rowsOf(plain), rowsOf(trainImages)];
  return {
    usable: [...usable].sort((a, b) => a - b),
    skipped,
    source: (split, images, labels) => {
      const isAugmented = count > 0 && split === 'train';
      const rows = images.map((image) => (isAugmented ? trainRows : plainRows).get(image) ?? -1);
      const taken = isAugmented
        ? { variants, choose: (epoch: number, batch: BatchRows) => chooseVariants(count, seed, epoch, batch) }
        : { variants: [base.features] };
      return featureSource(session, program, taken, rows, labels);
    },
    // What the session holds ends with it.
    dispose: () => Promise.resolve(),
  };
}

/** Features that were given lie ready: nothing is computed. */
function givenSources({ session, program, dataset, given }: PreparedRun): Sources {
  const features = new Map(
    program.cut.flatMap(({ name }, index) => {
      const values = given?.features[index];
      return values ? [[name, values] as const] : [];
    }),
  );
  return {
    usable: [...dataset.images.keys()],
    skipped: [],
    source: (_, images, labels) => featureSource(session, program, { variants: [features] }, images, labels),
    // What the session holds ends with it.
    dispose: () => Promise.resolve(),
  };
}

async function imageSources(run: PreparedRun, options: SourceOptions): Promise<Sources> {
  const { dataset, preprocessing } = run;
  const { augmentation, seed } = options.plan;
  const canvas = run.canvas ?? preprocessing;
  const decoded = await decodeDataset({
    ...options,
    workers: options.plan.loaderWorkers ?? undefined,
    dataset,
    preprocessing,
    canvas,
  });
  const augment =
    augmentation &&
    ((epoch: number, { rows, repeats }: BatchRows, aspectRatios: readonly number[]) => {
      const drawn = aspectRatios.map((aspectRatio, index) => {
        const repeat = repeats[index] ?? 0;
        return { seeds: [seed, epoch, rows[index] ?? -1, ...(repeat > 0 ? [repeat] : [])], aspectRatio };
      });
      return drawAugmentation(augmentation, drawn, { canvas, input: preprocessing });
    });
  return {
    usable: decoded.usable,
    skipped: problems(dataset, decoded.unreadable),
    source: (split, images, labels) => {
      const isTrained = split === 'train';
      const own = {
        decoded: isTrained ? decoded.training : decoded.evaluation,
        images,
        augment: isTrained ? augment : null,
      };
      const { task } = options.plan;
      if (task.kind === 'classify') return imageSource({ ...own, labels });
      return taskSource({
        ...own,
        task,
        seed,
        size: isTrained ? canvas : preprocessing,
        contentHashes: images.map((image) => dataset.images[image]?.contentHash ?? ''),
        labels: dataset.classes.length > 0 ? labels : null,
      });
    },
    dispose: async () => {
      await decoded.training.close();
      if (decoded.evaluation !== decoded.training) await decoded.evaluation.close();
    },
  };
}

/** Computes or reads what each split is fed with: features above a frozen prefix, else pixels. */
export async function splitSources(run: PreparedRun, options: SourceOptions): Promise<SplitSources> {
  const { dataset, program } = run;
  const sources = run.given
    ? givenSources(run)
    : await (program.cut.length > 0 ? featureSources : imageSources)(run, options);
  const { usable, skipped, source, dispose } = sources;
  const imagesOf = (split: Split): readonly DatasetImage[] =>
    splitImages(dataset, usable, split).flatMap((index) => dataset.images[index] ?? []);
  const sourceOf = (split: Split): BatchSource | null => {
    const images = splitImages(dataset, usable, split);
    const labels = Int32Array.from(images, (index) => dataset.images[index]?.label ?? 0);
    return images.length === 0 ? null : source(split, images, labels);
  };
  try {
    const [train, validation, test] = [sourceOf('train'), sourceOf('validation'), sourceOf('test')];
    if (!train || !validation) throw new TypeError('A split that must not be empty is.');
    return {
      train,
      validation,
      test,
      images: { validation: imagesOf('validation'), test: imagesOf('test') },
      summary: datasetSummary(dataset, usable, skipped),
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
