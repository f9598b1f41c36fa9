import { ThawError } from '../../shared/errors/thaw-error.ts';
import { storedMeasures } from '../dataset/index/image-measures.ts';
import { readKeptEvaluation, type KeptEvaluation } from '../experiment/kept-evaluations.ts';
import { predictionsStamp } from '../training/evaluation/read-predictions.ts';
import { readEvaluated, type EvaluatedImages } from '../training/evaluation/read-evaluated.ts';
import type { ServiceContext } from './context.ts';

/** An evaluation with what was made of each image. */
export interface LoadedEvaluation {
  readonly runId: string;
  readonly kept: KeptEvaluation;
  readonly images: EvaluatedImages;
}

interface Held {
  readonly key: string;
  readonly loaded: Promise<LoadedEvaluation>;
}

/** A window turns pages, moves thresholds and compares with one that it showed before. */
const MOST_HELD = 2;
const heldOf = new WeakMap<ServiceContext, Held[]>();

/** What a run keeps at its end says nothing of sizes; whoever looked at its dataset in a window has measured them. */
async function withSizes(context: ServiceContext, images: EvaluatedImages): Promise<EvaluatedImages> {
  const index = images.longerSides ? null : context.indexIfAny;
  if (!index) return images;
  const seen = await storedMeasures(index, images.contentHashes, new AbortController().signal);
  const longerSides = Int32Array.from(images.contentHashes, (contentHash) => {
    const measured = seen.get(contentHash)?.measured;
    return measured?.kind === 'measures' ? Math.max(measured.measures.width, measured.measures.height) : 0;
  });
  return { ...images, longerSides };
}

async function load(context: ServiceContext, runId: string, kept: KeptEvaluation): Promise<LoadedEvaluation> {
  const images = await readEvaluated(context.runDirectory(runId), kept.path);
  if (images) return { runId, kept, images: await withSizes(context, images) };
  throw new ThawError(
    'run.state',
    `More than accuracy and loss is known of an evaluation while its file is there; that of evaluation ${kept.evaluationId} of run '${runId}', '${kept.path}', has gone or says no probabilities.`,
    `Evaluate the checkpoint again: \`thaw evaluate --run ${runId}@${kept.step}\`.`,
  );
}

/**
 * An evaluation with what was made of each image, read once for all that is asked of it.
 *
 * @throws ThawError `run.unknown`; `usage.noMatch` for an evaluation that the run has not; `run.state` where its file has gone
 */
export async function loadEvaluation(
  context: ServiceContext,
  runId: string,
  evaluationId: number,
): Promise<LoadedEvaluation> {
  const kept = readKeptEvaluation(context.log, runId, evaluationId);
  const stamp = await predictionsStamp(context.runDirectory(runId), kept.path);
  const key = JSON.stringify([runId, evaluationId, stamp]);
  const held = heldOf.get(context) ?? [];
  heldOf.set(context, held);
  const before = held.findIndex((own) => own.key === key);
  if (before >= 0) {
    const [own] = held.splice(before, 1);
    if (own) {
      held.push(own);
      return own.loaded;
    }
  }
  const own = { key, loaded: load(context, runId, kept) };
  held.push(own);
  if (held.length > MOST_HELD) held.shift();
  own.loaded.catch(() => {
    const place = held.indexOf(own);
    if (place >= 0) held.splice(place, 1);
  });
  return own.loaded;
}
