import { MOST_CORRECTED, type CorrectedLabels } from '../../shared/contract/correct-labels.ts';
import type { DatasetView } from '../../shared/contract/dataset-view.ts';
import { strings } from '../strings/index.ts';
import type { PredictedImage } from './predicted-image.ts';
import type { Workbench } from './workbench.svelte.ts';

/**
 * Gives images the class that a person says they are, in the dataset that is open; tells what became of them, or why nothing did.
 *
 * @returns whether it was done
 */
export async function giveLabels(
  workbench: Workbench,
  dataset: DatasetView,
  images: readonly PredictedImage[],
  className: string,
): Promise<boolean> {
  const { notices, edits, host, predictions } = workbench;
  const words = strings.predict.labels;
  const { datasetId, name } = dataset;
  const done: CorrectedLabels = { datasetId, relabelled: 0, added: [], unchanged: 0 };
  predictions.labelling = true;
  try {
    for (let start = 0; start < images.length; start += MOST_CORRECTED) {
      const part = images.slice(start, start + MOST_CORRECTED);
      const corrections = part.map(({ reference }) => ({ image: reference, class: className }));
      const { relabelled, added, unchanged } = await edits.adding(() =>
        host.transport.invoke('predictions.correct', { datasetId, corrections }),
      );
      done.relabelled += relabelled;
      done.unchanged += unchanged;
      done.added.push(...added);
      predictions.noteLabels(part, className);
    }
  } catch (error) {
    notices.fail(error);
    return false;
  } finally {
    predictions.labelling = false;
  }
  const [first] = done.added;
  const undo = { label: strings.dataset.edits.undo, run: () => void edits.undo() };
  notices.tell({
    title: words.given(images.length, className, name),
    hint: words.became(done.relabelled, done.added.length, done.unchanged, first ?? ''),
    // What was copied is a file: it is not taken back by a step.
    ...(done.relabelled > 0 && done.added.length === 0 && images.length <= MOST_CORRECTED && { action: undo }),
  });
  return true;
}
