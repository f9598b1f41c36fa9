import type { CheckpointChoice } from '../../shared/contract/checkpoint.ts';
import { USUAL_HEAD, type HeadDesign } from '../../shared/contract/head-design.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { withHead } from '../network/head.ts';
import type { Network, TensorSpecification } from '../network/layer.ts';
import { findNetwork } from '../network/registry.ts';
import { networkTensors } from '../network/shape.ts';
import { taskClasses } from '../network/task-network.ts';
import { openStoredCheckpoint, openTensorFlowCheckpoint } from '../weights/tensorflow-checkpoint.ts';
import { assertFinite } from './divergence.ts';
import { firstValues, type Values } from './first-values.ts';
import { readModelFile, type ModelFile } from './model-file.ts';
import type { TrainerJob } from './protocol.ts';
import { chosenPrefix } from './starred-checkpoints.ts';

/** The run whose layers above its network are put on another, and its folder. */
export interface TrainedHead {
  readonly runId: string;
  readonly runDirectory: string;
  readonly checkpoint: CheckpointChoice;
}

function shapeWords(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** The tensors above a network. @throws ThawError `weights.mismatch` naming the first that a run lacks or has in another shape */
function expectHead(
  network: Network,
  { tensors }: { readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[] }> },
  runId: string,
): TensorSpecification[] {
  const above = networkTensors(network).filter(({ layer }) => !network.pretrained.has(layer));
  for (const { name, shape } of above) {
    const found = tensors.get(name)?.shape;
    if (found?.join() === shape.join()) continue;
    const words = found ? `${shapeWords(found)} in run '${runId}'` : `no such tensor in run '${runId}'`;
    throw new ThawError(
      'weights.mismatch',
      `A trained head fits the network that it is put on, tensor by tensor; '${name}' is ${shapeWords(shape)} of ${network.name}, and found ${words}.`,
      "Take the head of a run on this network's own features, with the same head and classes.",
    );
  }
  return above;
}

function expectClasses(own: readonly string[], classes: readonly string[], runId: string): void {
  if (own.join('\0') === classes.join('\0')) return;
  const some = (names: readonly string[]): string =>
    names.length > 6 ? `${names.slice(0, 6).join(', ')}, ... (${names.length})` : names.join(', ');
  throw new ThawError(
    'weights.mismatch',
    `A trained head tells the dataset's classes apart, in their order; run '${runId}' learnt ${some(own)}, and the dataset has ${some(classes)}.`,
    'Take the head of a run on these classes, or choose them with --classes.',
  );
}

/** What a head computes beside its tensors; what it drops while it trains changes no prediction. */
function computedBy(design: HeadDesign, withPooling: boolean): string {
  const hidden = design.hidden.map((layer) => {
    const size = layer.kind === 'dense' ? layer.units : layer.filters;
    return `${layer.kind} ${size} ${layer.activation}${layer.batchNorm ? ' with batch norm' : ''}`;
  });
  const layers = hidden.length === 0 ? 'no hidden layers' : `hidden layers ${hidden.join(', ')}`;
  return `${layers}, temperature ${design.temperature}${withPooling ? `, pooling '${design.pooling}'` : ''}`;
}

/** @throws ThawError `weights.mismatch` for a head of another task, or one that computes otherwise with the same tensors */
function expectDesign(
  { task, network, headDesign: own = USUAL_HEAD }: ModelFile,
  plan: Pick<TrainingPlan, 'network' | 'headDesign'>,
  runId: string,
): void {
  if (task.kind !== 'classify') {
    throw new ThawError(
      'weights.mismatch',
      `A trained head tells classes; that of run '${runId}' learnt the task '${task.kind}'.`,
      'Take the head of a run that learnt these classes.',
    );
  }
  // Features come pooled already: only on the same network does the pooling say anything.
  const withPooling = network === plan.network;
  const [found, expected] = [own, plan.headDesign].map((design) => computedBy(design, withPooling));
  if (found === expected) return;
  throw new ThawError(
    'weights.mismatch',
    `A trained head computes as it did while it was trained; that of run '${runId}' has ${found}, and the plan's ${expected}.`,
    'Give the plan the same head, or take that of another run.',
  );
}

/** Looks at what the run keeps of its head, names and shapes, before anything is begun. @throws ThawError `weights.mismatch`, `training.checkpoint` */
export async function assertHead({ runId, runDirectory, checkpoint }: TrainedHead, plan: TrainingPlan): Promise<void> {
  const { network: name, dropout, head, headDesign: design } = plan;
  const model = await readModelFile(runDirectory);
  const { classes } = model;
  expectDesign(model, plan, runId);
  const file = await openStoredCheckpoint(await chosenPrefix(runDirectory, checkpoint));
  try {
    expectHead(withHead(findNetwork(name).build(), { classes: classes.length, dropout, head, design }), file, runId);
  } finally {
    file.close();
  }
}

/**
 * Puts the head that another run has trained over what a network begins with.
 *
 * @param classes of the dataset
 * @throws ThawError `weights.mismatch` for a head of another shape, design or task, or other classes
 */
async function withTrainedHead(
  first: Values,
  { plan, network }: { readonly plan: TrainingPlan; readonly network: Network },
  classes: readonly string[],
  { runId, runDirectory, checkpoint }: TrainedHead,
): Promise<Values> {
  const model = await readModelFile(runDirectory);
  expectDesign(model, plan, runId);
  expectClasses(model.classes, classes, runId);
  const file = await openTensorFlowCheckpoint(await chosenPrefix(runDirectory, checkpoint));
  try {
    const names = expectHead(network, file, runId).map(({ name }) => name);
    const head = new Map(names.map((name) => [name, file.read(name)]));
    assertFinite(head, file.path);
    const given = new Set(names);
    const { report } = first;
    return {
      values: new Map([...first.values, ...head]),
      report: report && {
        ...report,
        loaded: [...report.loaded.filter((name) => !given.has(name)), ...names],
        newlyInitialised: report.newlyInitialised.filter((name) => !given.has(name)),
      },
      head: { kept: true, reason: `The head is that of run '${runId}'.`, uncertain: false },
    };
  } finally {
    file.close();
  }
}

/**
 * What a run begins with: pretrained values where the plan names any, those of the initialisers for the rest, and the trained
 * head where it names one.
 *
 * @param classes of the dataset
 * @param withHead false leaves that head out
 * @throws ThawError as `firstValues`, and `weights.mismatch` for a head that does not fit
 */
export async function beginningValues(
  job: Pick<TrainerJob, 'plan' | 'sourceRunDirectory' | 'partRunDirectories' | 'headRunDirectory'>,
  network: Network,
  classes: readonly string[],
  withHead = true,
): Promise<Values> {
  const { headWeights, task } = job.plan;
  const first = await firstValues(job, network, taskClasses(task, classes));
  if (!withHead || headWeights === null) return first;
  if (job.headRunDirectory == null) throw new TypeError('The job names a run with a head without its folder.');
  const { runId, checkpoint = 'best' } = headWeights;
  const head = { runId, runDirectory: job.headRunDirectory, checkpoint };
  return withTrainedHead(first, { plan: job.plan, network }, classes, head);
}
