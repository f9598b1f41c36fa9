import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { DatasetImage } from '../dataset/dataset.ts';
import { applyEdits } from '../dataset/edits/apply-edits.ts';
import { inTurns } from '../dataset/in-slices.ts';
import { splitInSlices, type Dataset } from '../dataset/open-dataset.ts';
import { readPlan } from '../experiment/run-reader.ts';
import { chooseImages } from '../training/chosen-images.ts';
import { splitOf } from '../training/dataset-root.ts';
import { readModelFile } from '../training/model-file.ts';
import { editsToday, readRunEdits } from '../training/run-edits.ts';
import type { ServiceContext } from './context.ts';
import type { OpenedDataset } from './datasets.ts';
import { resolveDataset } from './resolve-references.ts';
import type { Task } from './tasks.ts';

/** What a run was trained on, as it lies there today. */
export interface TrainingImages {
  readonly opened: OpenedDataset;
  /** Absolute. */
  readonly root: string;
  readonly classes: readonly string[];
  readonly images: readonly DatasetImage[];
}

/** @throws ThawError `dataset.missing` where it is gone, the run being named */
async function openedOf(context: ServiceContext, runId: string, task: Task): Promise<OpenedDataset> {
  try {
    return await context.datasets.open(resolveDataset(context, { kind: 'ofRun', runId }), task);
  } catch (error) {
    if (!(error instanceof ThawError) || error.code !== 'dataset.missing') throw error;
    throw new ThawError(
      error.code,
      `The images that run '${runId}' was trained on must lie where they were, or where Thaw has seen them since: ${error.message}`,
      'Put the folder back, or open it where it lies now.',
      { cause: error },
    );
  }
}

/**
 * The dataset of a run as it lies there today, with the edits that the run began with, divided as the run divided it.
 *
 * @throws ThawError `run.unknown`, `run.state` for a run on features, `dataset.missing` where the folder has gone, or what is
 *   wrong with it today; the signal's reason
 */
export async function datasetOf(
  context: ServiceContext,
  runId: string,
  task: Task,
): Promise<{ readonly opened: OpenedDataset; readonly dataset: Dataset }> {
  const plan = readPlan(context.log, runId);
  if (plan.dataset.kind === 'features') {
    throw new ThawError(
      'run.state',
      `A run's images lie in a folder; run '${runId}' was trained on a file of features, and where their images lie is not known.`,
      'Choose a run that was trained on images.',
    );
  }
  const opened = await openedOf(context, runId, task);
  const directory = context.runDirectory(runId);
  const edits = await readRunEdits(directory, await readModelFile(directory));
  const content = applyEdits(opened.original, editsToday(edits, opened.original));
  const whole = await inTurns(splitInSlices(content, splitOf(plan)), task.signal);
  return { opened, dataset: chooseImages(whole, plan).dataset };
}

/** The images that a run was trained on. @throws ThawError as `datasetOf` */
export async function trainingImagesOf(context: ServiceContext, runId: string, task: Task): Promise<TrainingImages> {
  const { opened, dataset } = await datasetOf(context, runId, task);
  const images = dataset.images.filter(({ split }) => split === 'train');
  return { opened, root: dataset.root, classes: dataset.classes, images };
}
