import path from 'node:path';
import type { CheckpointChoice } from '../../shared/contract/checkpoint.ts';
import type { LoadReport } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Network } from '../network/layer.ts';
import { findNetwork } from '../network/registry.ts';
import { networkTensors } from '../network/shape.ts';
import { initialValues } from '../weights/initialise.ts';
import type { HeadChoice } from '../weights/head-choice.ts';
import { headWeights } from '../weights/head-weights.ts';
import { loadWeights } from '../weights/load.ts';
import { asPlanned } from '../weights/mapping/mapping-rule.ts';
import { openWeights } from '../weights/open.ts';
import { openTensorFlowCheckpoint } from '../weights/tensorflow-checkpoint.ts';
import type { WeightsFile } from '../weights/weights-file.ts';
import { assertCheckpoint } from './assert-checkpoint.ts';
import { assertFinite } from './divergence.ts';
import { readModelFile } from './model-file.ts';
import type { TrainerJob } from './protocol.ts';
import { RESOURCES } from './resources.ts';
import { chosenPrefix } from './starred-checkpoints.ts';

/** What says where values come from. */
type Source = Pick<TrainerJob, 'plan' | 'sourceRunDirectory'>;

/** A value for every tensor of a network, and where they came from. */
export interface Values {
  readonly values: ReadonlyMap<string, Float32Array>;
  readonly report: LoadReport | null;
  /** What became of the head and why; null where no weights were looked at for it. */
  readonly head: HeadChoice | null;
}

/**
 * Pretrained values where the plan names any, those of the initialisers for the rest.
 *
 * @param classes that the head is to tell apart; null where it is not to be filled
 */
export async function firstValues(job: Source, network: Network, classes: readonly string[] | null): Promise<Values> {
  const { plan, sourceRunDirectory } = job;
  const values = new Map(initialValues(network, plan.seed));
  const file = await openSource(job);
  if (!file) return { values, report: null, head: null };
  try {
    const own = sourceRunDirectory === null ? null : (await readModelFile(sourceRunDirectory)).classes;
    const planned = asPlanned(file, plan.weights);
    const head = classes && headWeights(network, planned, { wanted: classes, own, anew: plan.newHead });
    const loaded = loadWeights(network, planned, head);
    for (const [name, tensor] of loaded.tensors) values.set(name, tensor);
    return { values, report: loaded.report, head };
  } finally {
    file.close();
  }
}

/** The values that a run's own checkpoint holds. @throws ThawError `training.checkpoint` for that of another network */
export async function checkpointValues(
  runDirectory: string,
  choice: CheckpointChoice,
  network: Network,
): Promise<Values> {
  const file = await openTensorFlowCheckpoint(await chosenPrefix(runDirectory, choice));
  try {
    assertCheckpoint(network, file);
    const values = new Map(networkTensors(network).map(({ name }) => [name, file.read(name)]));
    assertFinite(values, file.path);
    return { values, report: null, head: null };
  } finally {
    file.close();
  }
}

async function openSource(job: Source): Promise<WeightsFile | null> {
  const { weights, network } = job.plan;
  switch (weights.kind) {
    case 'none':
      return null;
    case 'file':
      return openWeights(weights.path);
    case 'shipped': {
      const { shipped } = findNetwork(network);
      if (shipped === null) {
        throw new ThawError(
          'weights.missing',
          `Pretrained weights ship with some networks only; '${network}' has none.`,
          "Pass --weights with a file of this network, or choose one that 'thaw networks' marks as shipped.",
        );
      }
      return openWeights(path.join(RESOURCES, shipped));
    }
    case 'run': {
      if (job.sourceRunDirectory === null) throw new TypeError('The job names a source run without its folder.');
      return openTensorFlowCheckpoint(await chosenPrefix(job.sourceRunDirectory, weights.checkpoint ?? 'best'));
    }
  }
}
