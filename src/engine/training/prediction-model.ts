import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Precision } from '../../shared/contract/plan.ts';
import { freezePlan } from '../freeze/freeze-plan.ts';
import { compileProgram } from '../graph/program.ts';
import type { ProgramOptions } from '../graph/program-description.ts';
import type { Network } from '../network/layer.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { deviceInformation } from '../runtime/binding.ts';
import { assignValues } from '../runtime/assign-values.ts';
import { Session } from '../runtime/session.ts';
import { checkpointValues } from './first-values.ts';
import { modelNetwork, readModelFile } from './model-file.ts';
import type { PredictJob } from './protocol.ts';

/** A run's checkpoint in TensorFlow, with nothing in it that trains. */
export interface PredictionModel {
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

/**
 * Loads a run's checkpoint for prediction.
 *
 * @param given what it holds, where that was read already and is needed further
 * @throws ThawError `training.checkpoint`, `runtime.missing`, `disk.full`, `disk.readOnly`
 */
export async function loadPredictionModel(
  { runDirectory, checkpoint, plan }: Pick<PredictJob, 'runDirectory' | 'checkpoint' | 'plan'>,
  given: ReadonlyMap<string, Float32Array> | null = null,
): Promise<PredictionModel> {
  const model = await readModelFile(runDirectory);
  const { network, preprocessing } = modelNetwork(model);
  const values = given ?? (await checkpointValues(runDirectory, checkpoint, network)).values;
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
    if (given) session.run('assign', program.assignFeeds(given));
    else assignValues(session, program, values);
    return { session, preprocessing, classes: model.classes };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * @param images uint8 [height, width, 3] of each, as `decodeImage` gives them
 * @returns [images, classes]
 */
export function probabilitiesOf({ session }: PredictionModel, images: readonly Uint8Array[]): Float32Array {
  if (images.length === 0) return new Float32Array(0);
  const { probabilities } = session.run('predict', { images: { data: [Buffer.concat(images)], shape: [] } });
  if (!(probabilities?.data instanceof Float32Array)) throw new TypeError('The program gave no probabilities.');
  return probabilities.data;
}
