import type { EvaluationCurves, EvaluationReport, StoredEvaluation } from '../../shared/contract/evaluate.ts';
import type { Request } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { averaged } from '../evaluation/averages.ts';
import { calibrationOf } from '../evaluation/calibration.ts';
import { classAreas, classCurve } from '../evaluation/class-curve.ts';
import { confusedPairs } from '../evaluation/confused-pairs.ts';
import { resampledIntervals, shareInterval } from '../evaluation/intervals.ts';
import { lossesOf, meanOf } from '../evaluation/scored-images.ts';
import { allSlices } from '../evaluation/slices.ts';
import { scaledByTemperature } from '../evaluation/temperature.ts';
import { classFigures } from '../experiment/evaluations.ts';
import { listKeptEvaluations, type KeptEvaluation } from '../experiment/kept-evaluations.ts';
import { readRun } from '../experiment/run-reader.ts';
import { confusionOf } from '../training/evaluation/confusion.ts';
import { predictionsStamp } from '../training/evaluation/read-predictions.ts';
import { randomGenerator } from '../training/random.ts';
import { yieldToMessages } from '../training/yield.ts';
import type { ServiceContext } from './context.ts';
import { loadEvaluation, type LoadedEvaluation } from './kept-images.ts';

/** The label is among so many of the most probable; of as few classes it always is. */
const TOP = 5;
/** The same evaluation has the same intervals whenever it is looked at. */
const SEED = 20_171;

/** For people: where the images lie that were evaluated. */
function datasetOf(context: ServiceContext, runId: string, { dataset }: KeptEvaluation): string {
  if (dataset?.kind === 'folder') return dataset.path;
  if (dataset) return dataset.kind;
  return readRun(context.log, runId).result.dataset?.root ?? '';
}

function storedOf(context: ServiceContext, runId: string, kept: KeptEvaluation, isThere: boolean): StoredEvaluation {
  const { evaluationId, split, step, epoch, images, accuracy, loss, createdAt } = kept;
  const dataset = datasetOf(context, runId, kept);
  return { evaluationId, split, dataset, step, epoch, images, accuracy, loss, createdAt, kept: isThere };
}

/** What is kept of a run, the newest first; nothing of a run that was refused. @throws ThawError `run.unknown` */
export async function listEvaluations(
  context: ServiceContext,
  { runId }: Request<'evaluations.list'>,
): Promise<StoredEvaluation[]> {
  if (context.refused.get(runId)) return [];
  const all: StoredEvaluation[] = [];
  for (const kept of listKeptEvaluations(context.log, runId)) {
    const stamp = await predictionsStamp(context.runDirectory(runId), kept.path);
    all.push(storedOf(context, runId, kept, stamp !== null));
  }
  return all;
}

async function classesOf({ images: { names, scored } }: LoadedEvaluation, confusion: EvaluationReport['confusion']) {
  const classes: EvaluationReport['classes'] = [];
  for (const [place, figures] of classFigures(names, confusion).entries()) {
    await yieldToMessages();
    classes.push({ ...figures, ...classAreas(scored, place) });
  }
  return classes;
}

function slicesOf({ images }: LoadedEvaluation, losses: Float64Array): EvaluationReport['slices'] {
  const { labels, predicted } = images.scored;
  return allSlices(images).map(({ by, name, rows }) => ({
    by,
    name,
    images: rows.length,
    accuracy: shareInterval(rows.filter((row) => labels[row] === predicted[row]).length, rows.length),
    logLoss: meanOf(rows.map((row) => losses[row] ?? 0)),
  }));
}

async function buildReport(context: ServiceContext, loaded: LoadedEvaluation): Promise<EvaluationReport> {
  const { runId, kept, images } = loaded;
  const { scored } = images;
  const { labels, predicted, labelRank } = scored;
  const losses = lossesOf(scored);
  const confusion = [...confusionOf(labels, predicted)];
  const classes = await classesOf(loaded, confusion);
  const isRight = (row: number): boolean => labels[row] === predicted[row];
  const count = (is: (row: number) => boolean): number => labels.reduce((sum, _, row) => sum + Number(is(row)), 0);
  const scaled = await scaledByTemperature(scored, yieldToMessages);
  const drawn = await resampledIntervals(scored, losses, randomGenerator(SEED), yieldToMessages);
  return {
    ...storedOf(context, runId, kept, true),
    classes,
    interval: {
      accuracy: shareInterval(count(isRight), labels.length),
      topFive:
        scored.classes > TOP
          ? shareInterval(
              count((row) => (labelRank[row] ?? 0) < TOP),
              labels.length,
            )
          : null,
      ...drawn,
    },
    macro: averaged(classes, () => 1),
    weighted: averaged(classes, (own) => own.images),
    calibration: calibrationOf(scored.probability, isRight, losses),
    scaled,
    confusion,
    confusedPairs: confusedPairs(confusion),
    slices: slicesOf(loaded, losses),
    ...kept.told,
  };
}

/** Built once while what it is of is held. */
const reports = new WeakMap<LoadedEvaluation, Promise<EvaluationReport>>();

/** Everything that is told of an evaluation. @throws ThawError as `loadEvaluation` */
export async function reportEvaluation(
  context: ServiceContext,
  { runId, evaluationId }: Request<'evaluations.report'>,
): Promise<EvaluationReport> {
  const loaded = await loadEvaluation(context, runId, evaluationId);
  const report = reports.get(loaded) ?? buildReport(context, loaded);
  reports.set(loaded, report);
  return report;
}

/**
 * ROC and precision-recall curve of a class against the rest.
 *
 * @throws ThawError as `loadEvaluation`; `usage.noMatch` for a class that the run has not; `run.state` where the probabilities
 *   were too many to be kept
 */
export async function evaluationCurves(
  context: ServiceContext,
  { runId, evaluationId, class: place }: Request<'evaluations.curves'>,
): Promise<EvaluationCurves> {
  const { images } = await loadEvaluation(context, runId, evaluationId);
  const { scored, names } = images;
  if (place >= names.length) {
    throw new ThawError(
      'usage.noMatch',
      `A class is named by its place among the ${names.length} of the run, from 0; received ${place}.`,
      'The report of the evaluation has the classes in their order.',
    );
  }
  if (!scored.probabilities) {
    throw new ThawError(
      'run.state',
      `A curve is made of the probabilities of every image; those of ${scored.labels.length} images and ${names.length} classes were too many to be kept.`,
      'Evaluate fewer images.',
    );
  }
  const curve = classCurve(scored, scored.probabilities, place);
  return { class: place, ...curve, points: [...curve.points] };
}
