import path from 'node:path';
import type { CheckpointChoice } from '../../shared/contract/checkpoint.ts';
import type { Prediction, Request } from '../../shared/contract/endpoint.ts';
import { readStateOf } from '../training/checkpoint.ts';
import { modelNetwork, readModelFile } from '../training/model-file.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import type { ServiceContext } from './context.ts';
import { predictionAsked, predictTargets } from './predict.ts';

/** So many classes of an image are told. */
export const MOST_SERVED_CLASSES = 1000;

/** What is told of a model to whoever asks it over HTTP. */
export interface ServedFacts {
  readonly runId: string;
  /** As it was asked for. */
  readonly checkpoint: CheckpointChoice;
  readonly epoch: number;
  readonly step: number;
  readonly network: string;
  /** In the order of its outputs. */
  readonly classes: readonly string[];
  /** In pixels: what images are brought to. */
  readonly input: { readonly height: number; readonly width: number };
}

export interface ServedModel {
  readonly facts: ServedFacts;
  /**
   * The most probable classes of each image, in the order of the files.
   *
   * @throws ThawError as `predict`, `training.checkpoint` once the checkpoint is needed again and the run no longer keeps it
   */
  readonly predict: (files: readonly string[]) => Promise<readonly Prediction[]>;
}

type Asked = Pick<Request<'predict'>, 'runId' | 'checkpoint' | 'precision'>;

/**
 * A checkpoint of a run that predicts classes: the one that it is now, whatever the run makes of it afterwards.
 *
 * @throws ThawError as `predict`
 */
export async function servedModel(context: ServiceContext, asked: Asked): Promise<ServedModel> {
  const { runId, checkpoint = 'best' } = asked;
  const runDirectory = context.runDirectory(runId);
  // It refuses what predicts no classes.
  await predictionAsked(context, { ...asked, top: 1 });
  const { network, classes, ...file } = await readModelFile(runDirectory);
  const { height, width } = modelNetwork({ network, classes, ...file }).preprocessing;
  const { epoch, step } = await readStateOf(path.dirname(await chosenPrefix(runDirectory, checkpoint)));
  const top = Math.min(MOST_SERVED_CLASSES, classes.length);
  const { model, job } = await predictionAsked(context, { ...asked, checkpoint: { step }, top });
  return {
    facts: { runId, checkpoint, epoch, step, network, classes, input: { height, width } },
    predict: (files) =>
      predictTargets(
        context,
        { model, job },
        files.map((file) => ({ path: file, imageId: null, file })),
      ),
  };
}
