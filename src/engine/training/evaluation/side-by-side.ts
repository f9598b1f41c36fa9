import type { ComparedImage, PredictionsRequest } from '../../../shared/contract/compare.ts';
import { yieldToMessages } from '../yield.ts';
import type { KeptPredictions } from './read-predictions.ts';

/** Rows that are laid side by side before messages are let in. */
const ROWS_AT_ONCE = 4096;

/** What a run made of an image, as a row of its file. */
type RowOf = number | null;

/** An image that one run or more were evaluated on. */
export interface SharedImage {
  /** The first run that has it, and where it stands there. */
  readonly first: { readonly run: number; readonly row: number };
  readonly label: string;
  readonly contentHash: string;
  readonly rows: readonly RowOf[];
  readonly predictions: ComparedImage['predictions'];
  /** Two runs or more were evaluated on it. */
  readonly shared: boolean;
  /** Two runs took it for different classes. */
  readonly changed: boolean;
}

/**
 * What several runs made of the same images, which are the same by content wherever they lie; in the order of the first run
 * that has them.
 *
 * @param runs what each made of its images; null for one that kept nothing
 */
export async function sideBySide(runs: readonly (KeptPredictions | null)[]): Promise<readonly SharedImage[]> {
  const found = new Map<string, RowOf[]>();
  for (const [run, own] of runs.entries()) {
    // Copies of one image within a split are told apart by their order.
    const seen = new Map<string, number>();
    for (const [row, hash] of (own?.contentHashes ?? []).entries()) {
      const copy = seen.get(hash) ?? 0;
      seen.set(hash, copy + 1);
      const key = copy === 0 ? hash : `${hash} ${copy}`;
      const rows = found.get(key) ?? runs.map(() => null);
      rows[run] = row;
      found.set(key, rows);
      if (row % ROWS_AT_ONCE === 0) await yieldToMessages();
    }
  }
  const images: SharedImage[] = [];
  for (const rows of found.values()) {
    if (images.length % ROWS_AT_ONCE === 0) await yieldToMessages();
    const predictions = rows.map((row, run) => {
      const own = runs[run];
      if (row === null || own == null) return null;
      return {
        predicted: own.classes[own.predicted[row] ?? -1] ?? '',
        probability: own.probability[row] ?? 0,
      };
    });
    const run = rows.findIndex((row) => row !== null);
    const row = rows[run] ?? 0;
    const own = runs[run];
    const made = predictions.filter((prediction) => prediction !== null);
    images.push({
      first: { run, row },
      label: own?.classes[own.labels[row] ?? -1] ?? '',
      contentHash: own?.contentHashes[row] ?? '',
      rows,
      predictions,
      shared: made.length > 1,
      changed: made.some(({ predicted }) => predicted !== made[0]?.predicted),
    });
  }
  return images;
}

/** Those that a request asks for. */
export function chosenImages(
  images: readonly SharedImage[],
  runs: readonly (KeptPredictions | null)[],
  { runIds, changedOnly = false, cell }: Pick<PredictionsRequest, 'runIds' | 'changedOnly' | 'cell'>,
): readonly SharedImage[] {
  const run = cell ? runIds.indexOf(cell.runId) : -1;
  const own = runs[run] ?? null;
  return images.filter(({ changed, rows, predictions }) => {
    if (changedOnly && !changed) return false;
    if (!cell) return true;
    const row = rows[run] ?? null;
    if (own === null || row === null) return false;
    // A run may know an image by another label than the first that has it.
    return own.classes[own.labels[row] ?? -1] === cell.label && predictions[run]?.predicted === cell.predicted;
  });
}
