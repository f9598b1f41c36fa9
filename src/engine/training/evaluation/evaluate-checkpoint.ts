import { crossEntropy, meanOf } from '../../evaluation/scored-images.ts';
import { readModelFile } from '../model-file.ts';
import { chosenForEvaluation, withoutUnreadable } from './chosen-for-evaluation.ts';
import { confusionOf } from './confusion.ts';
import { loadEvaluationModel } from './evaluation-model.ts';
import type { EvaluationDone, EvaluationJob } from './evaluator-protocol.ts';
import { imagesKey } from './images-key.ts';
import { longerSides } from './longer-sides.ts';
import { scoreCheckpoint } from './scored-checkpoint.ts';
import { writePredictions } from './write-predictions.ts';

/**
 * Evaluates a checkpoint on a split of its run's dataset or on a folder, and writes what it made of each image into the run's
 * folder, beside what is there.
 *
 * @param report told how far it is; without detail once images are evaluated
 * @throws ThawError `dataset.*` where there is nothing to evaluate, `training.checkpoint`, `disk.full`, `disk.readOnly`; the
 *   signal's reason
 */
export async function evaluateCheckpoint(
  job: EvaluationJob,
  signal: AbortSignal,
  report: (done: number, total: number, detail: string) => void,
): Promise<EvaluationDone> {
  const file = await readModelFile(job.runDirectory);
  const { classes } = file;
  const found = await chosenForEvaluation(job, file, {
    signal,
    onProgress: (done, total) => report(done, total, 'reading the dataset'),
  });
  const noneRead = new Map<number, string>();
  // Nothing to evaluate is told before TensorFlow is loaded.
  withoutUnreadable(found, noneRead, job, file);
  report(0, found.images.length, 'loading the checkpoint');
  const measuring = longerSides(found, job.home, signal);
  // Whoever waits for it hears of it.
  measuring.catch(() => undefined);
  const model = await loadEvaluationModel(job, file);
  const notes: string[] = [];
  const onWarning = (message: string): void => void notes.push(message);
  const scores = await scoreCheckpoint(model, found, classes.length, { job, signal, report, onWarning });
  model.session.dispose();
  const chosen = withoutUnreadable(found, scores.unreadable, job, file);
  const sides = await measuring;
  signal.throwIfAborted();
  const { images } = chosen;
  const { length } = images;
  const labelProbability = scores.labelProbability.subarray(0, length);
  const predictions = {
    predicted: scores.predicted.subarray(0, length),
    probability: scores.probability.subarray(0, length),
    probabilities: scores.probabilities?.subarray(0, length * classes.length) ?? null,
  };
  const { epoch, step } = model;
  const path = await writePredictions(
    job.runDirectory,
    { split: job.name, epoch, step, token: job.token },
    {
      images,
      classes,
      predictions,
      more: {
        labelProbability,
        labelRank: scores.labelRank.subarray(0, length),
        longerSides: Int32Array.from(scores.places, (place) => sides[place] ?? 0),
        tags: images.map(({ tags = [] }) => tags),
      },
    },
  );
  const labels = Int32Array.from(images, ({ label }) => label);
  const confusion = confusionOf(labels, predictions.predicted);
  const right = confusion.reduce((sum, cell) => sum + (cell.label === cell.predicted ? cell.images : 0), 0);
  return {
    epoch,
    step,
    path,
    images: length,
    accuracy: right / length,
    loss: meanOf(Float64Array.from(labelProbability, crossEntropy)) ?? 0,
    confusion,
    changed: chosen.changed,
    imagesKey: imagesKey(
      images.map(({ contentHash }) => contentHash),
      labels,
    ),
    leftOut: chosen.leftOut,
    warnings: [...chosen.warnings, ...notes],
  };
}
