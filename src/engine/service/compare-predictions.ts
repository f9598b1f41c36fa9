import type { PredictionsPage } from '../../shared/contract/compare.ts';
import type { Request } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readStoredEvaluations } from '../experiment/evaluations.ts';
import {
  predictionsStamp,
  readPredictedPaths,
  readPredictions,
  type KeptPredictions,
} from '../training/evaluation/read-predictions.ts';
import { chosenImages, sideBySide, type SharedImage } from '../training/evaluation/side-by-side.ts';
import type { ServiceContext } from './context.ts';
import { openedPictures } from './opened-pictures.ts';
import { resolveDataset } from './resolve-references.ts';

interface PredictionsFile {
  readonly runId: string;
  /** Relative to the run's folder; null for a run that kept nothing. */
  readonly path: string | null;
}

interface SideBySide {
  readonly runs: readonly (KeptPredictions | null)[];
  readonly images: readonly SharedImage[];
  readonly shared: number;
  readonly changed: number;
  /** By the place of a run, as they were asked for. */
  readonly paths: Map<number, readonly string[]>;
}

/** The ids of pictures by content, out of the runs' datasets as far as they are still there. */
async function picturesOf(context: ServiceContext, runIds: readonly string[]): Promise<ReadonlyMap<string, string>[]> {
  const found: ReadonlyMap<string, string>[] = [];
  const seen = new Set<string>();
  for (const runId of runIds) {
    try {
      const source = resolveDataset(context, { kind: 'ofRun', runId });
      const key = JSON.stringify(source);
      if (source.kind === 'features' || seen.has(key)) continue;
      seen.add(key);
      found.push((await openedPictures(context, source)).byContent);
    } catch (error) {
      // Without its dataset a run's images are known by their names.
      if (!(error instanceof ThawError)) throw error;
    }
  }
  return found;
}

/** The file in which a run keeps what it made of a split; null where it has none. */
export function predictionsFileOf(context: ServiceContext, runId: string, split: string): string | null {
  return readStoredEvaluations(context.log, runId).find((evaluation) => evaluation.split === split)?.path ?? null;
}

async function layOut(context: ServiceContext, files: readonly PredictionsFile[]): Promise<SideBySide> {
  const runs: (KeptPredictions | null)[] = [];
  for (const { runId, path } of files) {
    runs.push(path === null ? null : await readPredictions(context.runDirectory(runId), path));
  }
  const images = await sideBySide(runs);
  return {
    runs,
    images,
    shared: images.filter(({ shared }) => shared).length,
    changed: images.filter(({ changed }) => changed).length,
    paths: new Map(),
  };
}

/** The last that was laid side by side: a window turns its pages and picks its cells one request at a time. */
const lastOf = new WeakMap<ServiceContext, { readonly key: string; readonly laidOut: Promise<SideBySide> }>();

async function laidOutOf(context: ServiceContext, files: readonly PredictionsFile[]): Promise<SideBySide> {
  const stamps = await Promise.all(
    files.map(async ({ runId, path }) => (path === null ? null : predictionsStamp(context.runDirectory(runId), path))),
  );
  const key = JSON.stringify([files, stamps]);
  const last = lastOf.get(context);
  if (last?.key === key) return last.laidOut;
  const laidOut = layOut(context, files);
  const kept = { key, laidOut };
  lastOf.set(context, kept);
  laidOut.catch(() => {
    if (lastOf.get(context) === kept) lastOf.delete(context);
  });
  return laidOut;
}

/** The paths of the images of one page, each as the first run that has it knew it. */
async function pathsOf(
  context: ServiceContext,
  files: readonly PredictionsFile[],
  { paths }: SideBySide,
  page: readonly SharedImage[],
): Promise<(image: SharedImage) => string> {
  for (const run of new Set(page.map(({ first }) => first.run))) {
    const file = files[run];
    if (file?.path == null || paths.has(run)) continue;
    const read = await readPredictedPaths(context.runDirectory(file.runId), file.path);
    if (read !== null) paths.set(run, read);
  }
  return ({ first, contentHash }) => paths.get(first.run)?.[first.row] ?? contentHash;
}

/**
 * What runs made of the same images, side by side; of a run whose folder has gone nothing is known but its figures.
 *
 * @throws ThawError `run.unknown`
 */
export async function comparePredictions(
  context: ServiceContext,
  request: Request<'runs.predictions'>,
): Promise<PredictionsPage> {
  const { runIds, split = 'validation', pictures = false, offset, limit } = request;
  const files = runIds.map((runId) => ({ runId, path: predictionsFileOf(context, runId, split) }));
  const laidOut = await laidOutOf(context, files);
  const chosen = chosenImages(laidOut.images, laidOut.runs, request);
  const page = chosen.slice(offset, offset + limit);
  const pathOf = await pathsOf(context, files, laidOut, page);
  const ids = pictures && page.length > 0 ? await picturesOf(context, runIds) : [];
  return {
    images: laidOut.images.length,
    shared: laidOut.shared,
    changed: laidOut.changed,
    total: chosen.length,
    evaluated: runIds.filter((_, run) => laidOut.runs[run] != null),
    rows: page.map((image) => ({
      path: pathOf(image),
      imageId: ids.map((own) => own.get(image.contentHash)).find((id) => id !== undefined) ?? null,
      label: image.label,
      predictions: [...image.predictions],
    })),
  };
}
