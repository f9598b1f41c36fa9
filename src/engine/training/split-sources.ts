import type { RunEventBody } from '../../shared/contract/event.ts';
import type { DatasetSummary, SkippedImage } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Dataset, Split } from '../dataset/open-dataset.ts';
import { featureSource, imageSource, type BatchSource } from './batch-source.ts';
import { datasetFeatures, datasetPixels } from './features.ts';
import type { PreparedRun } from './prepare-run.ts';

/** The splits as `train` and `evaluate` take them, and the dataset as it turned out. */
export interface SplitSources {
  readonly train: BatchSource;
  readonly validation: BatchSource;
  /** null where the dataset has no test split. */
  readonly test: BatchSource | null;
  readonly summary: DatasetSummary;
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

/** Computes or reads what each split is fed with: features above a frozen prefix, else pixels. */
export async function splitSources(
  run: PreparedRun,
  options: {
    readonly cacheDirectory: string;
    readonly batchSize: number;
    readonly emit: (body: RunEventBody) => void;
    readonly signal: AbortSignal;
  },
): Promise<SplitSources> {
  const { dataset, session, program } = run;
  const labelsOf = (images: readonly number[]): Int32Array =>
    Int32Array.from(images, (index) => dataset.images[index]?.label ?? 0);

  const cached = program.cut.length > 0 ? await datasetFeatures({ ...run, ...options }) : null;
  const decoded = cached ? null : await datasetPixels({ ...run, ...options });
  const { usable, skipped } = cached ?? decoded ?? { usable: [], skipped: [] };
  const source = (split: Split): BatchSource | null => {
    const images = splitImages(dataset, usable, split);
    if (images.length === 0) return null;
    if (cached) return featureSource(session, program, cached.features, images, labelsOf(images));
    return imageSource(
      images.flatMap((index) => decoded?.pixels.get(index) ?? []),
      labelsOf(images),
    );
  };
  const [train, validation] = [source('train'), source('validation')];
  if (!train || !validation) throw new TypeError('A split that must not be empty is.');
  return { train, validation, test: source('test'), summary: datasetSummary(dataset, usable, skipped) };
}
