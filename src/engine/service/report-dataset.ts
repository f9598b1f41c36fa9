import type { ReportedClass, ReportedDataset } from '../exchange/report/reported-dataset.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { countEdits } from '../dataset/edits/edit-words.ts';
import { readPlan, readResult } from '../experiment/run-reader.ts';
import { readModelFile } from '../training/model-file.ts';
import { readRunEdits } from '../training/run-edits.ts';
import type { ServiceContext } from './context.ts';
import { orNull } from './report-part.ts';
import { datasetOf } from './run-images.ts';
import type { Task } from './tasks.ts';

function classesOf({ classes, images }: Dataset): readonly ReportedClass[] {
  const counted = classes.map((name) => ({ name, train: 0, validation: 0, test: 0 }));
  for (const { label, split } of images) {
    const own = counted[label];
    if (own) own[split] += 1;
  }
  return counted;
}

/** What was decided of a run's images before it began, in words. */
async function decidedOf(context: ServiceContext, runId: string): Promise<string | null> {
  const directory = context.runDirectory(runId);
  const edits = await readRunEdits(directory, await readModelFile(directory));
  return countEdits(new Map(edits.map((edit) => [edit.path, edit]))).words;
}

/**
 * What the log does not know of a run's dataset, as far as the run's folder and the images still tell it.
 *
 * @returns null for a run that had no images
 * @throws ThawError `run.unknown`, `task.cancelled`
 */
export async function reportedDataset(
  context: ServiceContext,
  runId: string,
  task: Task,
): Promise<ReportedDataset | null> {
  const seen = readResult(context.log, runId).dataset;
  if (!seen || readPlan(context.log, runId).dataset.kind === 'features') return null;
  const decided = await orNull(task.signal, () => decidedOf(context, runId));
  let missing: string | null = null;
  const found = await orNull(
    task.signal,
    () => datasetOf(context, runId, task),
    ({ message }) => (missing = `Images cannot be counted by class: ${message}`),
  );
  if (!found) return { decided, classes: null, missing };
  if (found.dataset.version === seen.version) return { decided, classes: classesOf(found.dataset), missing };
  const changed = 'The folder has changed since: images are not counted by class.';
  return { decided, classes: null, missing: changed };
}
