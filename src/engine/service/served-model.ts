import path from 'node:path';
import type { CheckpointChoice } from '../../shared/contract/checkpoint.ts';
import { readStateOf } from '../training/checkpoint.ts';
import { modelNetwork, readModelFile } from '../training/model-file.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import type { ServiceContext } from './context.ts';
import { predictionAsked } from './predict.ts';

/** What is told of a model to whoever asks it over HTTP. */
export interface ServedModel {
  readonly runId: string;
  readonly checkpoint: CheckpointChoice;
  readonly epoch: number;
  readonly step: number;
  readonly network: string;
  /** In the order of its outputs. */
  readonly classes: readonly string[];
  /** In pixels: what images are brought to. */
  readonly input: { readonly height: number; readonly width: number };
}

/**
 * A checkpoint of a run that predicts classes.
 *
 * @throws ThawError as `predict`
 */
export async function servedModel(
  context: ServiceContext,
  { runId, checkpoint = 'best' }: { readonly runId: string; readonly checkpoint?: CheckpointChoice | undefined },
): Promise<ServedModel> {
  // It refuses what predicts no classes.
  const { job } = await predictionAsked(context, { runId, checkpoint, top: 1 });
  const file = await readModelFile(job.runDirectory);
  const { height, width } = modelNetwork(file).preprocessing;
  const { epoch, step } = await readStateOf(path.dirname(await chosenPrefix(job.runDirectory, checkpoint)));
  return { runId, checkpoint, epoch, step, network: file.network, classes: file.classes, input: { height, width } };
}
