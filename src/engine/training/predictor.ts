import { ThawError } from '../../shared/errors/thaw-error.ts';
import { decodeImage } from '../image/decode-image.ts';
import { loadPredictionModel, probabilitiesOf, type PredictionModel } from './prediction-model.ts';
import type { FilePrediction, PredictJob, PredictorMessage } from './protocol.ts';
import { serialized } from './serialized-error.ts';

/** Few enough that memory stays small, many enough that the cores are busy. */
const BATCH = 32;

/** The most probable classes of one image, most probable first. */
function topClasses(probabilities: Float32Array, classes: readonly string[], top: number): FilePrediction['classes'] {
  return [...probabilities]
    .map((probability, index) => ({ name: classes[index] ?? '', probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top);
}

type Decoded = readonly (Uint8Array | ThawError)[];

/** Pixels of each file, or why there are none. */
async function decodeBatch({ preprocessing }: PredictionModel, files: readonly string[]): Promise<Decoded> {
  return Promise.all(
    files.map(async (file) => {
      try {
        return await decodeImage(file, preprocessing);
      } catch (error) {
        if (error instanceof ThawError) return error;
        throw error;
      }
    }),
  );
}

function predictBatch(
  model: PredictionModel,
  files: readonly string[],
  decoded: Decoded,
  top: number,
): readonly FilePrediction[] {
  const { classes } = model;
  const pixels = decoded.filter((image) => image instanceof Uint8Array);
  const probabilities = probabilitiesOf(model, pixels);
  let row = 0;
  return decoded.map((image, index) => {
    const file = files[index] ?? '';
    if (!(image instanceof Uint8Array)) return { path: file, classes: [], problem: image.message };
    const own = probabilities.subarray(row * classes.length, (row + 1) * classes.length);
    row += 1;
    return { path: file, classes: topClasses(own, classes, top), problem: null };
  });
}

let loaded: Promise<PredictionModel> | null = null;

/** One process serves one checkpoint: its model is loaded for the first job and kept for those that follow. */
async function modelFor(job: PredictJob): Promise<PredictionModel> {
  return (loaded ??= loadPredictionModel(job));
}

const decodeFirst = async (job: PredictJob): Promise<Decoded> =>
  decodeBatch(await modelFor(job), job.images.slice(0, BATCH));

/** @param first its first images, where they were decoded ahead */
async function predict(job: PredictJob, first: Promise<Decoded> | null): Promise<readonly FilePrediction[]> {
  const { images, top } = job;
  const model = await modelFor(job);
  const predictions: FilePrediction[] = [];
  const batch = (start: number): readonly string[] => images.slice(start, start + BATCH);
  let coming = first ?? decodeFirst(job);
  for (let start = 0; start < images.length; start += BATCH) {
    const decoded = await coming;
    // Threads decode the next ones while the session, which blocks, predicts these.
    coming = decodeBatch(model, batch(start + BATCH));
    predictions.push(...predictBatch(model, batch(start), decoded, top));
  }
  return predictions;
}

let last: Promise<void> = Promise.resolve();
let unanswered = 0;

async function answer(job: PredictJob, first: Promise<Decoded> | null): Promise<void> {
  const message: PredictorMessage = await predict(job, first).then(
    (predictions) => ({ kind: 'predictions', predictions }) as const,
    (error: unknown) => ({ kind: 'failed', error: serialized(error, 'Predicting') }) as const,
  );
  unanswered -= 1;
  process.send?.(message);
}

process.on('message', (job: PredictJob) => {
  unanswered += 1;
  // The next job's images are decoded while the session predicts this one's; those of jobs behind it would only lie in memory.
  const first = unanswered <= 2 ? decodeFirst(job) : null;
  // It is told of where it is waited for.
  first?.catch(() => undefined);
  last = last.then(() => answer(job, first));
});
// Whoever asked is gone, or needs no more: what TensorFlow would tidy up goes with the process.
process.once('disconnect', () => process.exit());
