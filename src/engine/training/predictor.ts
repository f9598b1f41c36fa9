import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Precision } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { freezePlan } from '../freeze/freeze-plan.ts';
import { compileProgram, type ProgramOptions } from '../graph/program.ts';
import { decodeImage } from '../image/decode-image.ts';
import type { Network } from '../network/layer.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { deviceInformation } from '../runtime/binding.ts';
import { assignValues } from '../runtime/assign-values.ts';
import { Session } from '../runtime/session.ts';
import { checkpointValues } from './first-values.ts';
import { modelNetwork, readModelFile } from './model-file.ts';
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

interface Model {
  readonly session: Session;
  readonly preprocessing: Preprocessing;
  readonly classes: readonly string[];
}

/**
 * What to compute in, and which layers belong to the frozen part. In float32 that makes no difference, and every layer is
 * folded; else each is computed as it was when the run took its validation, as a Keras model with a dtype policy predicts in
 * that policy.
 */
function placed(
  network: Network,
  { strategy, rules, precision }: PredictJob['plan'],
  gpu: boolean,
): Pick<ProgramOptions, 'plan' | 'precision'> {
  const here = (own: Precision): Precision => (own === 'float16' && !gpu ? 'float32' : own);
  const used = { frozen: here(precision.frozen), trainable: here(precision.trainable) };
  const nothing = { trainable: new Set<string>(), movingStatistics: new Set<string>() };
  if (used.frozen === 'float32' && used.trainable === 'float32') {
    const prefix = network.layers.map((layer) => layer.name);
    return { plan: { ...nothing, prefix, cut: [network.output] }, precision: used };
  }
  const { prefix, cut } = freezePlan(network, strategy, rules);
  return { plan: { ...nothing, prefix, cut }, precision: used };
}

/** Loads a run's checkpoint, with nothing in it that trains. */
async function loadModel({ runDirectory, checkpoint, plan }: PredictJob): Promise<Model> {
  const model = await readModelFile(runDirectory);
  const { network, preprocessing } = modelNetwork(model);
  const { values } = await checkpointValues(runDirectory, checkpoint, network);
  const { gpu, kernels } = deviceInformation();
  const program = compileProgram({
    network,
    ...placed(network, plan, gpu),
    preprocessing,
    optimizer: null,
    kernels,
  });
  const directory = await mkdtemp(path.join(runDirectory, 'predict-'));
  try {
    const session = Session.load(directory, program.savedModel, program.signatures);
    assignValues(session, program, values);
    return { session, preprocessing, classes: model.classes };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function predictBatch(
  { session, preprocessing, classes }: Model,
  files: readonly string[],
  top: number,
): Promise<readonly FilePrediction[]> {
  const decoded = await Promise.all(
    files.map(async (file) => {
      try {
        return await decodeImage(file, preprocessing);
      } catch (error) {
        if (error instanceof ThawError) return error;
        throw error;
      }
    }),
  );
  const pixels = decoded.filter((image) => image instanceof Uint8Array);
  const outputs =
    pixels.length > 0 ? session.run('predict', { images: { data: [Buffer.concat(pixels)], shape: [] } }) : {};
  const probabilities = outputs['probabilities']?.data;
  let row = 0;
  return decoded.map((image, index) => {
    const file = files[index] ?? '';
    if (!(image instanceof Uint8Array)) return { path: file, classes: [], problem: image.message };
    if (!(probabilities instanceof Float32Array)) throw new TypeError('The program gave no probabilities.');
    const own = probabilities.subarray(row * classes.length, (row + 1) * classes.length);
    row += 1;
    return { path: file, classes: topClasses(own, classes, top), problem: null };
  });
}

let loaded: Promise<Model> | null = null;

/** One process serves one checkpoint: its model is loaded for the first job and kept for those that follow. */
async function predict(job: PredictJob): Promise<readonly FilePrediction[]> {
  const { images, top } = job;
  loaded ??= loadModel(job);
  const model = await loaded;
  const predictions: FilePrediction[] = [];
  for (let start = 0; start < images.length; start += BATCH) {
    predictions.push(...(await predictBatch(model, images.slice(start, start + BATCH), top)));
  }
  return predictions;
}

let last: Promise<void> = Promise.resolve();

async function answer(job: PredictJob): Promise<void> {
  const message: PredictorMessage = await predict(job).then(
    (predictions) => ({ kind: 'predictions', predictions }) as const,
    (error: unknown) => ({ kind: 'failed', error: serialized(error, 'Predicting') }) as const,
  );
  process.send?.(message);
}

process.on('message', (job: PredictJob) => {
  last = last.then(() => answer(job));
});
// Whoever asked is gone, or needs no more: what TensorFlow would tidy up goes with the process.
process.once('disconnect', () => process.exit());
