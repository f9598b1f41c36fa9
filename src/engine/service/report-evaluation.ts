import type { EvaluatedImage, EvaluatedImagesRequest, StoredEvaluation } from '../../shared/contract/evaluate.ts';
import type { CheckpointChoice } from '../../shared/contract/checkpoint.ts';
import type { ReportedEvaluation, ReportedImage } from '../exchange/report/reported-evaluation.ts';
import { readResult } from '../experiment/run-reader.ts';
import { heatPicture } from '../image/heat-picture.ts';
import type { ServiceContext } from './context.ts';
import { evaluationImages } from './evaluation-images.ts';
import { listEvaluations, reportEvaluation } from './evaluation-report.ts';
import { heatMapOf } from './explain.ts';
import { orNull } from './report-part.ts';
import type { Task } from './tasks.ts';

/** So few that the page stays below a megabyte or so. */
const MOST_WORST = 8;
const MOST_BEST = 6;
/** The longer side of a picture, in pixels. */
const PICTURE = 256;

/** What says most: on the test images, which nothing was chosen by; then on the validation; then on others. */
function chosenOf(kept: readonly StoredEvaluation[]): StoredEvaluation | null {
  const there = kept.filter((one) => one.kept && one.images > 0);
  for (const split of ['test', 'validation', 'train', null]) {
    const found = there.find((one) => one.split === split);
    if (found) return found;
  }
  return null;
}

type Missing = (what: string, error: unknown) => void;

class Pictures {
  readonly #context: ServiceContext;
  readonly #runId: string;
  readonly #checkpoint: CheckpointChoice;
  readonly #missing: Missing;
  readonly #signal: AbortSignal;
  /** Whether heat-maps can be made: where one cannot, neither can the next. */
  #heats = true;

  constructor(
    context: ServiceContext,
    { runId, checkpoint }: { readonly runId: string; readonly checkpoint: CheckpointChoice },
    signal: AbortSignal,
    missing: Missing,
  ) {
    this.#context = context;
    this.#runId = runId;
    this.#checkpoint = checkpoint;
    this.#signal = signal;
    this.#missing = missing;
  }

  async of(image: EvaluatedImage, className: string | null): Promise<ReportedImage> {
    const { imageId } = image;
    if (imageId === null) return { ...image, picture: null, heat: null };
    const picture = await orNull(this.#signal, () => this.#context.images.thumbnail(imageId, PICTURE));
    if (!picture || className === null || !this.#heats) return { ...image, picture, heat: null };
    return { ...image, picture, heat: await this.#heat(imageId, picture.bytes, className) };
  }

  async #heat(imageId: string, picture: Uint8Array, className: string): Promise<ReportedImage['heat']> {
    return orNull(
      this.#signal,
      async () => {
        const asked = { runId: this.#runId, checkpoint: this.#checkpoint, image: { imageId }, class: className };
        return { bytes: await heatPicture(picture, await heatMapOf(this.#context, asked, this.#signal)) };
      },
      (error) => {
        this.#heats = false;
        this.#missing('Heat-maps are missing', error);
      },
    );
  }
}

/**
 * How a run fares, as far as that is known: what is not is told in words, and keeps no report from being written.
 *
 * @throws ThawError `run.unknown`, `task.cancelled`
 */
export async function reportedEvaluation(
  context: ServiceContext,
  runId: string,
  { signal, report: tellDone }: Task,
): Promise<ReportedEvaluation> {
  const kept = await listEvaluations(context, { runId });
  const missing: string[] = [];
  const nothing = { kept, report: null, best: [], worst: [], missing };
  const tell: Missing = (what, error) =>
    missing.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  const chosen = chosenOf(kept);
  if (!chosen) {
    missing.push(
      kept.length === 0
        ? 'No evaluation of this run is kept; `thaw evaluate` makes one.'
        : 'What was made of each image is no longer there; `thaw evaluate` makes it again.',
    );
    return nothing;
  }
  const { evaluationId } = chosen;
  const report = await orNull(
    signal,
    () => reportEvaluation(context, { runId, evaluationId }),
    (error) => tell('The evaluation cannot be read', error),
  );
  if (!report) return nothing;
  const { bestEpoch } = readResult(context.log, runId);
  const checkpoint = chosen.epoch === bestEpoch ? 'best' : { step: chosen.step };
  const pictures = new Pictures(context, { runId, checkpoint }, signal, tell);
  const shown = async (request: Pick<EvaluatedImagesRequest, 'correct' | 'offset' | 'limit'>, withHeat: boolean) => {
    const asked = { runId, evaluationId, order: 'loss' as const, pictures: true, ...request };
    const found = await orNull(
      signal,
      () => evaluationImages(context, asked),
      (error) => tell('Images are missing', error),
    );
    const all: ReportedImage[] = [];
    const images = found?.images ?? [];
    for (const image of images) {
      signal.throwIfAborted();
      // The first heat-map has the network loaded.
      if (withHeat) tellDone(all.length, images.length, 'heat-maps');
      all.push(await pictures.of(image, withHeat ? (report.classes[image.predicted]?.name ?? null) : null));
    }
    return all;
  };
  const worst = await shown({ offset: 0, limit: MOST_WORST }, true);
  // The least losses are at the end.
  const right = report.classes.reduce((sum, { correct }) => sum + correct, 0);
  const best = await shown({ offset: Math.max(0, right - MOST_BEST), limit: MOST_BEST, correct: true }, false);
  if ([...worst, ...best].some(({ picture }) => picture === null)) {
    missing.push('Some images are no longer where they were, and have no pictures here.');
  }
  return { kept, report, best: best.toReversed(), worst, missing };
}
