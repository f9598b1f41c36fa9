import type { Prediction, Request, Response } from '../../shared/contract/endpoint.ts';
import { readPlan } from '../experiment/run-reader.ts';
import { readModelFile } from '../training/model-file.ts';
import { expectDistinct, expectSameClasses, sharesOf } from './average-runs.ts';
import type { ServiceContext } from './context.ts';
import { predictionAsked, predictTargets } from './predict.ts';
import { resolveImages } from './resolve-images.ts';

/** Of so many images all classes are held at a time, by each run. */
const AT_ONCE = 256;

/** The mean of what runs think of one image; a problem of any of them is that of all. */
function meanOf(own: readonly Prediction[], shares: readonly number[], top: number): Prediction {
  const [first] = own;
  const problem = own.find((prediction) => prediction.problem !== null);
  if (!first || problem) return { path: '', imageId: null, problem: '', ...problem, classes: [] };
  const probabilities = new Map<string, number>();
  for (const [run, { classes }] of own.entries()) {
    for (const { name, probability } of classes) {
      probabilities.set(name, (probabilities.get(name) ?? 0) + probability * (shares[run] ?? 0));
    }
  }
  const classes = [...probabilities]
    .map(([name, probability]) => ({ name, probability }))
    .sort((left, right) => right.probability - left.probability);
  return { ...first, classes: classes.slice(0, top) };
}

/**
 * The most probable classes of each image by the mean of several runs' probabilities.
 *
 * @throws ThawError as `predict`, and `usage.invalid` for runs that tell different classes apart
 */
export async function predictTogether(
  context: ServiceContext,
  request: Request<'predictions.average'>,
): Promise<Response<'predictions.average'>> {
  const { runs, weights, precision, top } = request;
  const runIds = runs.map(({ runId }) => runId);
  expectDistinct(runIds);
  const shares = sharesOf(runs.length, weights);
  const asked = [];
  for (const run of runs) {
    // A run that is not in the log is told before one whose files are gone.
    readPlan(context.log, run.runId);
    const { classes } = await readModelFile(context.runDirectory(run.runId));
    asked.push({
      runId: run.runId,
      classes,
      ...(await predictionAsked(context, { ...run, precision, top: classes.length })),
    });
  }
  expectSameClasses(asked);
  const targets = await resolveImages(context, request.images);
  const predictions: Prediction[] = [];
  for (let start = 0; start < targets.length; start += AT_ONCE) {
    const part = targets.slice(start, start + AT_ONCE);
    const found: (readonly Prediction[])[] = [];
    // One after the other: each takes a process with TensorFlow and weights of its own.
    for (const { model, job } of asked) found.push(await predictTargets(context, { model, job }, part));
    for (const image of part.keys()) {
      const own = found.flatMap((ofRun) => ofRun[image] ?? []);
      predictions.push(meanOf(own, shares, top));
    }
  }
  return { runIds, predictions };
}
