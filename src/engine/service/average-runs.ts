import type { Ensemble, EnsembleRequest } from '../../shared/contract/ensemble.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readRun } from '../experiment/run-reader.ts';
import { averagePredictions } from '../training/evaluation/average-predictions.ts';
import { readProbabilities, type KeptProbabilities } from '../training/evaluation/read-predictions.ts';
import { sideBySide } from '../training/evaluation/side-by-side.ts';
import { predictionsFileOf } from './compare-predictions.ts';
import type { ServiceContext } from './context.ts';

/** Each run's share. @throws ThawError `usage.invalid` for weights of other runs, or none that counts */
export function sharesOf(runs: number, weights: readonly number[] | undefined): readonly number[] {
  const given = weights ?? Array.from({ length: runs }, () => 1);
  const sum = given.reduce((total, weight) => total + weight, 0);
  if (given.length === runs && sum > 0) return given.map((weight) => weight / sum);
  throw new ThawError(
    'usage.invalid',
    `Weights say what each of ${runs} runs counts, and not all of them nothing; received ${given.join(', ')}.`,
    'Give one number for each run, in their order, or leave them out.',
  );
}

/** The runs once each. @throws ThawError `usage.invalid` for one that is named twice */
export function expectDistinct(runIds: readonly string[]): void {
  const again = runIds.find((runId, index) => runIds.indexOf(runId) !== index);
  if (again === undefined) return;
  throw new ThawError(
    'usage.invalid',
    `Each run is averaged once; received '${again}' twice.`,
    'Say what runs count by weights.',
  );
}

/** @throws ThawError `usage.invalid` for runs of other classes than the first */
export function expectSameClasses(
  runs: readonly { readonly runId: string; readonly classes: readonly string[] }[],
): void {
  const [first, ...others] = runs;
  const key = (classes: readonly string[]): string => JSON.stringify(classes.toSorted());
  const other = others.find(({ classes }) => first && key(classes) !== key(first.classes));
  if (!first || !other) return;
  throw new ThawError(
    'usage.invalid',
    `Runs are averaged that tell the same classes apart; run '${first.runId}' has ${first.classes.join(', ')}, and run '${other.runId}' ${other.classes.join(', ')}.`,
    'Choose runs of one dataset.',
  );
}

async function keptOf(context: ServiceContext, runId: string, split: string): Promise<KeptProbabilities> {
  const file = predictionsFileOf(context, runId, split);
  const kept = file === null ? null : await readProbabilities(context.runDirectory(runId), file);
  if (kept) return kept;
  throw new ThawError(
    'run.state',
    `Predictions are averaged that a run has kept of its ${split} images, of all classes; run '${runId}' has none.`,
    split === 'validation' ? 'Resume the run, or train it again.' : 'Choose another split, or runs with test images.',
  );
}

/**
 * How well runs do, each by itself and all together.
 *
 * @throws ThawError `run.unknown`, `run.state` for a run that kept no predictions of the split, `usage.invalid` for runs of
 *   different classes, or without an image in common
 */
export async function averageRuns(context: ServiceContext, request: EnsembleRequest): Promise<Ensemble> {
  const { runIds, split = 'validation' } = request;
  expectDistinct(runIds);
  const shares = sharesOf(runIds.length, request.weights);
  const names = runIds.map((runId) => readRun(context.log, runId).summary.name);
  const runs: KeptProbabilities[] = [];
  for (const runId of runIds) runs.push(await keptOf(context, runId, split));
  expectSameClasses(runs.map(({ classes }, run) => ({ runId: runIds[run] ?? '', classes })));
  const { images, leftOut, each, mean } = await averagePredictions(runs, await sideBySide(runs), shares);
  if (images === 0) {
    throw new ThawError(
      'usage.invalid',
      `Runs are averaged over the ${split} images that all of them were evaluated on; these have none in common.`,
      'Choose runs of one dataset and one split: the same seed, or a split that the dataset gives.',
    );
  }
  return {
    split,
    classes: [...(runs[0]?.classes ?? [])],
    images,
    leftOut,
    runs: each.map((figures, run) => ({
      ...figures,
      runId: runIds[run] ?? '',
      name: names[run] ?? '',
      weight: shares[run] ?? 0,
    })),
    mean,
  };
}
