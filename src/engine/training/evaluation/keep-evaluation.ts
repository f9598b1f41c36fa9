import path from 'node:path';
import type { Split } from '../../dataset/dataset.ts';
import { hasAccuracy } from '../../../shared/contract/learning-task.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { taskClasses } from '../../network/task-network.ts';
import { checkpointPrefix, readStateOf } from '../checkpoint.ts';
import type { BatchSource } from '../batch-source.ts';
import { evaluate, type Evaluation } from '../evaluate.ts';
import type { PreparedRun } from '../prepare-stage.ts';
import type { PhaseTimer } from '../progress.ts';
import type { EvaluationKept, TrainerJob } from '../protocol.ts';
import type { SplitSources } from '../split-sources.ts';
import { confusionOf } from './confusion.ts';
import { writePredictions } from './write-predictions.ts';

/** What the weights of the best epoch made of a split. */
export interface BestEvaluation {
  readonly epoch: number;
  readonly step: number;
  readonly evaluation: Evaluation;
}

interface Options {
  readonly run: PreparedRun;
  readonly sources: SplitSources;
  readonly job: TrainerJob;
  readonly timer: PhaseTimer;
  /** Told of what was kept. */
  readonly onKept: (kept: EvaluationKept) => void;
  readonly onWarning: (message: string) => void;
}

/** Brings the best checkpoint's weights back. @returns which epoch and step it is of */
async function restoreBest({ run, job }: Options): Promise<Omit<BestEvaluation, 'evaluation'>> {
  const prefix = await checkpointPrefix(job.runDirectory, 'best');
  run.session.run('restore', { prefix: { data: [Buffer.from(prefix)], shape: [] } });
  const { bestEpoch, epoch, step } = await readStateOf(path.dirname(prefix));
  return { epoch: bestEpoch ?? epoch, step };
}

/** A run that cannot write what it made of its images is none the worse. */
async function keep(
  { run, sources, job, onKept, onWarning }: Options,
  split: Exclude<Split, 'train'>,
  { epoch, step, evaluation }: BestEvaluation,
): Promise<void> {
  const images = sources.images[split];
  const { predictions, accuracy, loss } = evaluation;
  const { classes } = run.model;
  // The examples of other tasks are not the images.
  if (!predictions || job.plan.task.kind !== 'classify') return;
  try {
    const written = await writePredictions(job.runDirectory, { split, epoch, step }, { images, classes, predictions });
    const labels = Int32Array.from(images, ({ label }) => label);
    const confusion = confusionOf(labels, predictions.predicted);
    onKept({ split, epoch, step, path: written, images: images.length, accuracy, loss, confusion });
  } catch (error) {
    const isSystems = error instanceof Error && 'code' in error;
    if (!(error instanceof ThawError) && !isSystems) throw error;
    onWarning(`What was made of each image of the ${split} is not kept: ${error.message}`);
  }
}

/** Keeps what the epoch that is the best so far made of each image of the validation, as it was validated. */
export async function keepBest(options: Options, best: BestEvaluation): Promise<void> {
  await options.timer.measure('evaluate', () => keep(options, 'validation', best));
}

/**
 * Keeps what the best checkpoint made of each image of the validation and, where there is one, of the test split.
 *
 * @param options.run in the stage that the best checkpoint is of
 * @param isKept whether that is done for the validation
 * @returns the accuracy on the test split; null where there is none
 */
export async function keepEvaluations(options: Options, isKept: boolean): Promise<number | null> {
  const { run, sources, job, timer } = options;
  const { test, validation } = sources;
  const { evaluationBatchSize: batchSize, task } = job.plan;
  const given = { batchSize, classes: taskClasses(task, run.model.classes).length };
  const evaluateBest = async (source: BatchSource): Promise<BestEvaluation> => ({
    ...(await restoreBest(options)),
    evaluation: await evaluate(run.session, source, given),
  });
  if (!isKept && task.kind === 'classify') {
    await timer.measure('evaluate', async () => keep(options, 'validation', await evaluateBest(validation)));
  }
  if (!test) return null;
  return timer.measure('test', async () => {
    const tested = await evaluateBest(test);
    await keep(options, 'test', tested);
    return hasAccuracy(task) ? tested.evaluation.accuracy : null;
  });
}
