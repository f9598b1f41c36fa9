import type { RunEventBody } from '../../shared/contract/event.ts';
import type { DatasetSummary, SkippedImage } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Dataset, Split } from '../dataset/open-dataset.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { drawBoxes } from './augmentation.ts';
import { featureSource, imageSource, type BatchSource } from './batch-source.ts';
import type { Clock } from './clock.ts';
import { decodeDataset } from './decoded-images.ts';
import { datasetFeatures, problems } from './features.ts';
import type { PreparedRun } from './prepare-run.ts';
import { ProgressReporter } from './progress.ts';

/** The splits as `train` and `evaluate` take them, and the dataset as it turned out. */
export interface SplitSources {
  readonly train: BatchSource;
  readonly validation: BatchSource;
  /** null where the dataset has no test split. */
  readonly test: BatchSource | null;
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
  const { session, program } = run;
  const { emit, clock } = options;
  // Made when the first is told: what is in the cache costs no time.
  let progress: ProgressReporter | null = null;
  const { usable, skipped, features } = await datasetFeatures({
    ...run,
    ...options,
    plan: run.plan,
    precision: options.plan.precision.frozen,
    batchSize: options.plan.evaluationBatchSize,
    onProgress: (done, missing) => {
      progress ??= new ProgressReporter(emit, 'features', 'image', { clock });
      progress.report(done, missing);
    },
    onWarning: (message) => emit({ kind: 'warning', message }),
  });
  return {
    usable,
    skipped,
    source: (_, images, labels) => featureSource(session, program, features, images, labels),
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
    source: (_, images, labels) => featureSource(session, program, features, images, labels),
    // What the session holds ends with it.
    dispose: () => Promise.resolve(),
  };
}

async function imageSources(run: PreparedRun, options: SourceOptions): Promise<Sources> {
  const { dataset, preprocessing } = run;
  const { augmentation, seed } = options.plan;
  const canvas = run.canvas ?? preprocessing;
  const decoded = await decodeDataset({ ...options, dataset, preprocessing, canvas });
  const boxes =
    augmentation &&
    ((epoch: number, rows: Int32Array, aspectRatios: readonly number[]) =>
      drawBoxes(augmentation, { seed, epoch, rows, aspectRatios, canvas, preprocessing }));
  return {
    usable: decoded.usable,
    skipped: problems(dataset, decoded.unreadable),
    source: (split, images, labels) =>
      split === 'train'
        ? imageSource({ decoded: decoded.training, images, labels, boxes })
        : imageSource({ decoded: decoded.evaluation, images, labels, boxes: null }),
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
  const sourceOf = (split: Split): BatchSource | null => {
    const images = splitImages(dataset, usable, split);
    const labels = Int32Array.from(images, (index) => dataset.images[index]?.label ?? 0);
    return images.length === 0 ? null : source(split, images, labels);
  };
  try {
    const [train, validation, test] = [sourceOf('train'), sourceOf('validation'), sourceOf('test')];
    if (!train || !validation) throw new TypeError('A split that must not be empty is.');
    return { train, validation, test, summary: datasetSummary(dataset, usable, skipped), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
