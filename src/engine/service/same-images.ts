import type { SPLITS } from '../../shared/contract/splits.ts';
import { readStoredEvaluations } from '../experiment/evaluations.ts';
import type { EvaluationDone } from '../training/evaluation/evaluator-protocol.ts';
import { imagesKey } from '../training/evaluation/images-key.ts';
import { readPredictions } from '../training/evaluation/read-predictions.ts';
import type { ServiceContext } from './context.ts';

/** What an evaluation of a split is kept as: in the place of the run's own, or beside it. */
export interface KeptAs {
  readonly split: string;
  readonly warnings: readonly string[];
}

const BEGUN = 'The dataset has changed since this run began:';

/**
 * Whether a split that was evaluated has the images that the run itself was held to; where it has others, their figures take the
 * place of nothing that the run found.
 */
export async function keptAs(
  context: ServiceContext,
  { runId, split }: { readonly runId: string; readonly split: (typeof SPLITS)[number] },
  { changed, imagesKey: key, path }: Pick<EvaluationDone, 'changed' | 'imagesKey' | 'path'>,
): Promise<KeptAs> {
  if (!changed) return { split, warnings: [] };
  const runDirectory = context.runDirectory(runId);
  const own = readStoredEvaluations(context.log, runId).find((stored) => stored.split === split);
  const before = own ? await readPredictions(runDirectory, own.path) : null;
  if (before && imagesKey(before.contentHashes, before.labels) === key) return { split, warnings: [] };
  const aside = `${split}-${key}`;
  const now = before && (await readPredictions(runDirectory, path));
  if (!now) {
    const warning = `${BEGUN} images of the split may be others than those it was held to, or was trained on.`;
    return { split: aside, warnings: [warning] };
  }
  const [held, here] = [new Set(before.contentHashes), new Set(now.contentHashes)];
  const count = (contentHashes: readonly string[], known: ReadonlySet<string>): number =>
    contentHashes.filter((contentHash) => !known.has(contentHash)).length;
  const [fresh, gone] = [count(now.contentHashes, held), count(before.contentHashes, here)];
  const warning =
    `${BEGUN} of the ${before.labels.length} images of its ${split} ${gone} are no longer in it` +
    (fresh > 0 ? `, and ${fresh} that now are may be ones it was trained on.` : '.');
  return { split: aside, warnings: [warning] };
}
