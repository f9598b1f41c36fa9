import path from 'node:path';
import type { Prediction } from '../../shared/contract/endpoint.ts';
import {
  MOST_UNREADABLE_TOLD,
  type WritePredictionsRequest,
  type WrittenPredictions,
} from '../../shared/contract/write-predictions.ts';
import { readResult } from '../experiment/run-reader.ts';
import { writePieces } from '../exchange/write-pieces.ts';
import type { ServiceContext } from './context.ts';
import { writeExport } from './export-runs.ts';
import { predictionAsked, predictTargets, type PredictionAsked } from './predict.ts';
import { csvRows, jsonRows } from './prediction-rows.ts';
import { resolveImages, type ImageTarget } from './resolve-images.ts';
import type { Task } from './tasks.ts';

/** So many images are asked about at a time, whatever their number: few enough to be held and to end after when asked to. */
const AT_ONCE = 256;
/** Their names are held. */
const MOST_IMAGES = 5_000_000;

const ROWS = { csv: csvRows, json: jsonRows } as const;

/**
 * Images of a single folder are called by their places in it, so that the file tells the same wherever the folder lies; beside
 * others, those of a granted folder have its name before them.
 */
async function calledApart(
  context: ServiceContext,
  references: WritePredictionsRequest['images'],
): Promise<readonly ImageTarget[]> {
  const [only, ...others] = references;
  if (others.length === 0) {
    const targets = await resolveImages(context, references, MOST_IMAGES);
    if (typeof only !== 'string') return targets;
    return targets.map((target) => ({ ...target, path: path.relative(only, target.path) || target.path }));
  }
  const resolved = await Promise.all(
    references.map(async (reference) => {
      const targets = await resolveImages(context, [reference], MOST_IMAGES);
      if (typeof reference === 'string' || !('grantId' in reference)) return targets;
      const name = path.basename(context.grants.pathOf(reference.grantId));
      return targets.map((target) => (target.path === name ? target : { ...target, path: `${name}/${target.path}` }));
    }),
  );
  return resolved.flat();
}

/** Predictions in the order of their images, a part at a time; the next part is asked for before one is handed over. */
async function* predicted(
  context: ServiceContext,
  asked: PredictionAsked,
  targets: readonly ImageTarget[],
  { signal, report }: Task,
): AsyncGenerator<readonly Prediction[]> {
  const ask = (start: number): Promise<readonly Prediction[]> => {
    const part = targets.slice(start, start + AT_ONCE);
    return part.length > 0 ? predictTargets(context, asked, part) : Promise.resolve([]);
  };
  let coming = ask(0);
  for (let start = 0; start < targets.length; start += AT_ONCE) {
    const part = await coming;
    signal.throwIfAborted();
    report(start + part.length, targets.length);
    coming = ask(start + AT_ONCE);
    // It may fail before it is waited for.
    coming.catch(() => undefined);
    yield part;
  }
}

/**
 * Predicts images, of folders too, and writes a row or an object for each; the file has its name once it is whole.
 *
 * @throws ThawError as `predict`, `usage.invalid` for a place that cannot be written, `task.cancelled`, `disk.full`,
 *   `disk.readOnly`
 */
export async function writePredictions(
  context: ServiceContext,
  request: WritePredictionsRequest,
): Promise<WrittenPredictions> {
  const { runId, output, taskId, checkpoint, unsureBelow, format = 'csv' } = request;
  const asked = await predictionAsked(context, request);
  // There are no more columns than classes.
  const top = Math.min(request.top, readResult(context.log, runId).dataset?.classes.length ?? request.top);
  const targets = await calledApart(context, request.images);
  const problems: WrittenPredictions['problems'] = [];
  let unreadable = 0;
  const file = ROWS[format]({ runId, checkpoint, unsureBelow, top, images: targets.length });
  async function* pieces(task: Task): AsyncGenerator<string> {
    yield file.head;
    let isFirst = true;
    for await (const part of predicted(context, asked, targets, task)) {
      for (const { path: shown, problem } of part) {
        if (problem === null) continue;
        unreadable += 1;
        if (problems.length < MOST_UNREADABLE_TOLD) problems.push({ path: shown, reason: problem });
      }
      yield file.rows(part, isFirst);
      isFirst = false;
    }
    yield file.tail;
  }
  const written = await writeExport(
    context,
    { runIds: [runId], output, taskId },
    {
      format: 'predictions',
      name: `predictions-${runId}.${format}`,
      kind: 'file',
      unit: 'image',
      write: (target, task) => writePieces(target, pieces(task)),
    },
  );
  return { ...written, warnings: [], runId, images: targets.length, unreadable, problems };
}
