import type { PredictionsPage } from '../../shared/contract/compare.ts';
import type { Request } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readStoredEvaluations } from '../experiment/evaluations.ts';
import { readPredictedPaths, readPredictions, type KeptPredictions } from '../training/evaluation/read-predictions.ts';
import { chosenImages, sideBySide, type SharedImage } from '../training/evaluation/side-by-side.ts';
import type { ServiceContext } from './context.ts';
import type { OpenedDataset } from './datasets.ts';
import { resolveDataset } from './resolve-references.ts';

interface Kept {
  readonly runId: string;
  readonly path: string | null;
  readonly predictions: KeptPredictions | null;
}

const byContent = new WeakMap<OpenedDataset, ReadonlyMap<string, string>>();

function imageIds(opened: OpenedDataset): ReadonlyMap<string, string> {
  const known = byContent.get(opened);
  if (known) return known;
  const ids = new Map([...opened.aside, ...opened.images].map(({ image, imageId }) => [image.contentHash, imageId]));
  byContent.set(opened, ids);
  return ids;
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
      const held = context.datasets.idOf(source);
      const opened = await (held === null
        ? context.datasets.open(source, { signal: new AbortController().signal, report: () => undefined })
        : context.datasets.byId(held));
      found.push(imageIds(opened));
    } catch (error) {
      // Without its dataset a run's images are known by their names.
      if (!(error instanceof ThawError)) throw error;
    }
  }
  return found;
}

async function keptOf(context: ServiceContext, runId: string, split: string): Promise<Kept> {
  const stored = readStoredEvaluations(context.log, runId).find((evaluation) => evaluation.split === split);
  const path = stored?.path ?? null;
  const predictions = path === null ? null : await readPredictions(context.runDirectory(runId), path);
  return { runId, path, predictions };
}

/** The paths of the images of one page, each as the first run that has it knew it. */
async function pathsOf(
  context: ServiceContext,
  kept: readonly Kept[],
  page: readonly SharedImage[],
): Promise<(image: SharedImage) => string> {
  const paths = new Map<number, readonly string[] | null>();
  for (const run of new Set(page.map(({ first }) => first.run))) {
    const own = kept[run];
    if (own?.path == null) continue;
    paths.set(run, await readPredictedPaths(context.runDirectory(own.runId), own.path));
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
  const kept: Kept[] = [];
  for (const runId of runIds) kept.push(await keptOf(context, runId, split));
  const predictions = kept.map((own) => own.predictions);
  const images = sideBySide(predictions);
  const chosen = chosenImages(images, predictions, request);
  const page = chosen.slice(offset, offset + limit);
  const pathOf = await pathsOf(context, kept, page);
  const ids = pictures && page.length > 0 ? await picturesOf(context, runIds) : [];
  return {
    images: images.length,
    shared: images.filter(({ shared }) => shared).length,
    changed: images.filter(({ changed }) => changed).length,
    total: chosen.length,
    evaluated: kept.filter((own) => own.predictions !== null).map(({ runId }) => runId),
    rows: page.map((image) => ({
      path: pathOf(image),
      imageId: ids.map((own) => own.get(image.contentHash)).find((id) => id !== undefined) ?? null,
      label: image.label,
      predictions: [...image.predictions],
    })),
  };
}
