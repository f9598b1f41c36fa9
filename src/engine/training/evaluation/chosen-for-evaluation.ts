import type { EvaluationReport } from '../../../shared/contract/evaluate.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { DatasetImage } from '../../dataset/dataset.ts';
import { applyEdits } from '../../dataset/edits/apply-edits.ts';
import { editsOfRoot } from '../../dataset/edits/edits-of-root.ts';
import { isImageName } from '../../dataset/image-name.ts';
import { withIndex } from '../../dataset/index/index-if-any.ts';
import { readContent } from '../../dataset/read-content.ts';
import { NO_TRAINING_IMAGE } from '../../dataset/usable-classes.ts';
import { chooseImages } from '../chosen-images.ts';
import { datasetRoot, structureOf } from '../dataset-root.ts';
import type { ModelFile } from '../model-file.ts';
import { readDataset } from '../prepare-run.ts';
import type { EvaluationJob } from './evaluator-protocol.ts';

/** An image to evaluate; `label` counts in the run's classes. */
export type ImageToEvaluate = Omit<DatasetImage, 'split' | 'pinned'>;

/** Which images are evaluated, and what is to be said of the others. */
export interface ImagesToEvaluate {
  readonly root: string;
  /** In the order of the dataset. */
  readonly images: readonly ImageToEvaluate[];
  readonly leftOut: EvaluationReport['leftOut'];
  readonly warnings: readonly string[];
  /** Whether a split's dataset is not the one that the run began with. */
  readonly changed: boolean;
}

type Reading = Parameters<typeof readDataset>[2];

/** An image with what its dataset calls its class. */
type NamedImage = Omit<ImageToEvaluate, 'label'> & { readonly className: string };

/** Puts the run's own numbers in the place of names, in whatever order a dataset has its classes. */
function numbered(found: readonly NamedImage[], classes: readonly string[]) {
  const labels = new Map(classes.map((name, label) => [name, label]));
  const unknown = new Map<string, number>();
  const images: ImageToEvaluate[] = [];
  for (const { className, ...image } of found) {
    const label = labels.get(className);
    if (label === undefined) unknown.set(className, (unknown.get(className) ?? 0) + 1);
    else images.push({ ...image, label });
  }
  const unknownClass = [...unknown].map(([name, count]) => ({ name, images: count }));
  return { images, unknownClass: unknownClass.sort((left, right) => right.images - left.images) };
}

async function ownImages(
  { plan, home, runDirectory, on }: EvaluationJob,
  model: ModelFile,
  reading: Reading,
): Promise<ImagesToEvaluate> {
  const whole = await readDataset({ plan, home }, { directory: runDirectory, model }, reading);
  const known = new Set(whole.dataset.classes);
  // Classes that have gone since cannot be chosen any more; the others are.
  const classes = plan.classes?.filter((name) => known.has(name)) ?? null;
  const { dataset } = chooseImages(whole.dataset, { ...plan, classes });
  const split = on.kind === 'split' ? on.split : 'validation';
  const own = dataset.images.filter((image) => image.split === split);
  const named = own.map((image): NamedImage => ({ ...image, className: dataset.classes[image.label] ?? '' }));
  const { images, unknownClass } = numbered(named, model.classes);
  return {
    root: dataset.root,
    images,
    leftOut: { unlabelled: 0, unknownClass, unreadable: [] },
    warnings: [],
    changed: dataset.version !== model.datasetVersion,
  };
}

/** Every image of a folder, whatever split it says of it. */
async function folderImages(
  { home, on }: EvaluationJob,
  { classes }: ModelFile,
  reading: Reading,
): Promise<ImagesToEvaluate> {
  if (on.kind !== 'folder') throw new TypeError('A split lies in the dataset of its run.');
  return withIndex(home, async (index) => {
    const structure = structureOf(on.source);
    const content = await readContent(datasetRoot(on.source), { ...reading, structure, index, fewClasses: true });
    const edited = applyEdits(content, editsOfRoot(index, content.root).edits);
    const named: readonly NamedImage[] = [...edited.images, ...edited.untrained];
    const outside = (content.outside ?? []).filter(({ path }) => isImageName(path));
    // Images of classes that nothing trains, and what says no class, are listed as not used too.
    const told = new Set([...named, ...edited.excluded, ...edited.unlabelled, ...outside].map(({ path }) => path));
    const unreadable = edited.skipped.filter(
      ({ path, reason }) => reason !== NO_TRAINING_IMAGE && isImageName(path) && !told.has(path),
    );
    const { images, unknownClass } = numbered(named, classes);
    const excluded = edited.excluded.length;
    return {
      root: content.root,
      images,
      leftOut: { unlabelled: edited.unlabelled.length + outside.length, unknownClass, unreadable },
      warnings:
        excluded > 0
          ? [`${counted(excluded)} of the folder ${are(excluded)} left out, as was decided of its images.`]
          : [],
      changed: false,
    };
  });
}

function nothingLeft({ leftOut, root }: ImagesToEvaluate, { on }: EvaluationJob, classes: readonly string[]): never {
  const { unlabelled, unknownClass, unreadable } = leftOut;
  const unknown = unknownClass.reduce((sum, { images }) => sum + images, 0);
  const names = unknownClass.slice(0, 5).map(({ name }) => `'${name}'`);
  const parts = [
    unlabelled > 0 ? `${unlabelled} without a label` : '',
    unknown > 0 ? `${unknown} of classes that the run does not know (${names.join(', ')})` : '',
    unreadable.length > 0 ? `${unreadable.length} that cannot be read` : '',
  ].filter((part) => part !== '');
  const found = parts.length > 0 ? parts.join(', ') : 'no image';
  const what = on.kind === 'split' ? `the ${on.split} split of ${root}` : root;
  throw new ThawError(
    'dataset.images',
    `An evaluation needs images with a label that is one of the run's classes; found in ${what}: ${found}.`,
    on.kind === 'split'
      ? 'Evaluate another split, or a folder of images.'
      : `Lay the images out in folders named like the run's classes: ${classes.slice(0, 12).join(', ')}.`,
  );
}

const counted = (count: number): string => (count === 1 ? '1 image' : `${count} images`);
const are = (count: number): string => (count === 1 ? 'is' : 'are');

const quoted = (names: readonly string[]): string =>
  `${names
    .slice(0, 5)
    .map((name) => `'${name}'`)
    .join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;

/** What is to be known of a set of images before its figures are believed. */
function warningsOf({ images: left, leftOut, warnings }: ImagesToEvaluate, classes: readonly string[]): string[] {
  const present = new Set(left.map(({ label }) => label));
  const absent = classes.filter((_, label) => !present.has(label));
  const { unlabelled, unknownClass, unreadable } = leftOut;
  const unknown = unknownClass.reduce((sum, own) => sum + own.images, 0);
  return [
    ...warnings,
    ...(absent.length > 0
      ? [`No image is of the class ${quoted(absent)}: what the run makes of it is not told by these figures.`]
      : []),
    ...(unknown > 0
      ? [
          `${counted(unknown)} of classes that the run does not know (${quoted(unknownClass.map(({ name }) => name))}) ${are(unknown)} left out.`,
        ]
      : []),
    ...(unlabelled > 0 ? [`${counted(unlabelled)} without a label ${are(unlabelled)} left out.`] : []),
    ...(unreadable.length > 0
      ? [`${counted(unreadable.length)} that cannot be read ${are(unreadable.length)} left out.`]
      : []),
  ];
}

/**
 * Takes what could not be read after all out of what is evaluated, and says what is to be known of the rest.
 *
 * @param unreadable by their place in `images`, why
 * @throws ThawError `dataset.images` where nothing is left
 */
export function withoutUnreadable(
  chosen: ImagesToEvaluate,
  unreadable: ReadonlyMap<number, string>,
  job: EvaluationJob,
  { classes }: ModelFile,
): ImagesToEvaluate {
  const left = {
    ...chosen,
    images: chosen.images.filter((_, place) => !unreadable.has(place)),
    leftOut: {
      ...chosen.leftOut,
      unreadable: [
        ...chosen.leftOut.unreadable,
        ...[...unreadable].map(([place, reason]) => ({ path: chosen.images[place]?.path ?? '', reason })),
      ],
    },
  };
  if (left.images.length === 0) nothingLeft(left, job, classes);
  return { ...left, warnings: warningsOf(left, classes) };
}

/**
 * The images that a checkpoint is to be evaluated on, matched to the run's classes by name. A split of the run's own dataset is
 * laid out and edited as when the run began.
 *
 * @throws ThawError `dataset.missing`, `dataset.empty`, `dataset.classes`, `dataset.images`; the signal's reason
 */
export async function chosenForEvaluation(
  job: EvaluationJob,
  model: ModelFile,
  reading: Reading,
): Promise<ImagesToEvaluate> {
  return job.on.kind === 'split' ? ownImages(job, model, reading) : folderImages(job, model, reading);
}
