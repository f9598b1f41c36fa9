import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Prediction } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { compileProgram } from '../graph/program.ts';
import { decodeImage } from '../image/decode-image.ts';
import { Session } from '../runtime/session.ts';
import { checkpointValues } from './first-values.ts';
import { modelNetwork, readModelFile } from './model-file.ts';
import type { PredictJob, PredictorMessage } from './protocol.ts';
import { serialized } from './serialized-error.ts';

/** Few enough that memory stays small, many enough that the cores are busy. */
const BATCH = 32;

/** The most probable classes of one image, most probable first. */
function topClasses(probabilities: Float32Array, classes: readonly string[], top: number): Prediction['classes'] {
  return [...probabilities]
    .map((probability, index) => ({ name: classes[index] ?? '', probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top);
}

/** Predicts with a run's best checkpoint, every layer folded and nothing trained. */
async function predict(job: PredictJob): Promise<readonly Prediction[]> {
  const model = await readModelFile(job.runDirectory);
  const { network, preprocessing } = modelNetwork(model);
  const { values } = await checkpointValues(job.runDirectory, 'best', network);
  const names = network.layers.map((layer) => layer.name);
  const program = compileProgram({
    network,
    plan: { trainable: new Set(), movingStatistics: new Set(), prefix: names, cut: [network.output] },
    preprocessing,
    optimizer: null,
  });
  const directory = await mkdtemp(path.join(job.runDirectory, 'predict-'));
  try {
    using session = Session.load(directory, program.savedModel, program.signatures);
    session.run('assign', program.assignFeeds(values));
    const predictions: Prediction[] = [];
    for (let start = 0; start < job.images.length; start += BATCH) {
      predictions.push(...(await predictBatch(session, job.images.slice(start, start + BATCH))));
    }
    return predictions;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }

  async function predictBatch(session: Session, files: readonly string[]): Promise<readonly Prediction[]> {
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
      const own = probabilities.subarray(row * model.classes.length, (row + 1) * model.classes.length);
      row += 1;
      return { path: file, classes: topClasses(own, model.classes, job.top), problem: null };
    });
  }
}

process.on('message', (job: PredictJob) => {
  const answer = (message: PredictorMessage): void => {
    process.send?.(message, undefined, undefined, () => process.disconnect());
  };
  predict(job).then(
    (predictions) => answer({ kind: 'predictions', predictions }),
    (error: unknown) => answer({ kind: 'failed', error: serialized(error, 'Predicting') }),
  );
});
