import path from 'node:path';
import type { DatasetStructure } from '../../shared/contract/dataset-structure.ts';
import type { DatasetSource, TrainingPlan } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { RESOURCES } from './resources.ts';

/** The folder that a dataset's images lie in. @throws ThawError `dataset.missing` for features, whose images are not known */
export function datasetRoot(source: DatasetSource): string {
  switch (source.kind) {
    case 'folder':
      return source.path;
    case 'sample':
      return path.join(RESOURCES, 'sample');
    case 'features':
      throw new ThawError(
        'dataset.missing',
        `Images lie in a folder; '${source.path}' holds features of images, not the images.`,
        'Open the folder that the features were taken of.',
      );
  }
}

/** How a dataset's folder is laid out; undefined where that is recognised. */
export function structureOf(source: DatasetSource): DatasetStructure | undefined {
  return source.kind === 'folder' ? source.structure : undefined;
}

/** What of a plan decides which images train, validate and test. */
type SplitFields = Pick<TrainingPlan, 'validationShare' | 'seed' | 'split' | 'groupPattern'>;

/** As `SplitOptions`, all of them. */
export function splitOf({
  validationShare,
  seed,
  split,
  groupPattern,
  task,
}: SplitFields & Pick<TrainingPlan, 'task'>): SplitFields & { readonly withoutClasses: boolean } {
  return { validationShare, seed, split, groupPattern, withoutClasses: task.kind !== 'classify' };
}
