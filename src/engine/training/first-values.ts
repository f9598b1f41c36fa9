import type { CheckpointChoice } from '../../shared/contract/checkpoint.ts';
import type { LearningTask } from '../../shared/contract/learning-task.ts';
import type { LoadReport } from '../../shared/contract/run.ts';
import { withReused } from '../freeze/reused-layers.ts';
import { matchLayers } from '../freeze/rule.ts';
import { classifierOf } from '../network/head.ts';
import type { Network } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';
import { initialValues } from '../weights/initialise.ts';
import type { HeadChoice } from '../weights/head-choice.ts';
import { headWeights } from '../weights/head-weights.ts';
import { loadWeights } from '../weights/load.ts';
import { asPlanned } from '../weights/mapping/mapping-rule.ts';
import { openTensorFlowCheckpoint } from '../weights/tensorflow-checkpoint.ts';
import { assertCheckpoint } from './assert-checkpoint.ts';
import { assertFinite } from './divergence.ts';
import { readModelFile } from './model-file.ts';
import type { TrainerJob } from './protocol.ts';
import { openSource } from './source-weights.ts';
import { chosenPrefix } from './starred-checkpoints.ts';

/** What says where values come from. */
type Source = Pick<TrainerJob, 'plan' | 'sourceRunDirectory' | 'partRunDirectories'>;

/** A value for every tensor of a network, and where they came from. */
export interface Values {
  readonly values: ReadonlyMap<string, Float32Array>;
  readonly report: LoadReport | null;
  /** What became of the head and why; null where no weights were looked at for it. */
  readonly head: HeadChoice | null;
}

/** Whether two tasks put the same layers upon a network. */
function sameTop(one: LearningTask, other: LearningTask): boolean {
  const key = (task: LearningTask): string => `${task.kind} ${task.kind === 'autoencoder' && task.layerwise}`;
  return key(one) === key(other);
}

/**
 * Pretrained values where the plan names any, those of the initialisers for the rest.
 *
 * @param classes that the head is to tell apart; null where it is not to be filled
 */
export async function firstValues(job: Source, network: Network, classes: readonly string[] | null): Promise<Values> {
  const { plan, sourceRunDirectory } = job;
  const values = new Map(initialValues(network, plan.seed));
  const file = await openSource({ ...job, weights: plan.weights, network: plan.network });
  if (!file) return { values, report: null, head: null };
  try {
    const source = sourceRunDirectory === null ? null : await readModelFile(sourceRunDirectory);
    const own = source && source.classes;
    const planned = asPlanned(file, plan.weights);
    const reused = withReused(network, plan.reuse);
    const anew = plan.newHead || (plan.reuse !== null && !matchLayers(plan.reuse, network).has(classifierOf(network)));
    // Of a run that learnt something else only the network is of use.
    const isSame = source === null || sameTop(source.task, plan.task);
    const classifies = plan.task.kind === 'classify';
    const head = classes && classifies && isSame ? headWeights(reused, planned, { wanted: classes, own, anew }) : null;
    const goesOn = source !== null && !classifies && isSame && !anew;
    const everything = new Set(network.layers.map(({ name }) => name));
    const loaded = loadWeights(goesOn ? { ...reused, pretrained: everything } : reused, planned, head);
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
