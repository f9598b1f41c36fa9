import path from 'node:path';
import type { RunEventBody } from '../../shared/contract/event.ts';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { LoadReport } from '../../shared/contract/run.ts';
import { stagePlan } from '../../shared/contract/stages.ts';
import { countImages } from '../dataset/count-images.ts';
import type { Dataset } from '../dataset/open-dataset.ts';
import { freezePlan, type FreezePlan } from '../freeze/freeze-plan.ts';
import { rateFactors } from '../freeze/rate-factors.ts';
import type { Introspection } from '../graph/introspection.ts';
import { compileProgram } from '../graph/program.ts';
import type { Program } from '../graph/program-description.ts';
import { decodedCacheFolder } from '../image/decoded-cache.ts';
import { networkOfStage } from '../network/decoder.ts';
import type { Network } from '../network/layer.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { elementCount } from '../network/shape.ts';
import { assignValues } from '../runtime/assign-values.ts';
import type { DeviceInformation } from '../runtime/binding.ts';
import { Session } from '../runtime/session.ts';
import type { StoredWeights } from '../weights/weights-file.ts';
import { variantsWarning } from './augmentation/canvas.ts';
import { checkpointPrefix, type TrainingState } from './checkpoint.ts';
import { weightsOfClasses } from './class-weights.ts';
import { assertDiskSpace, type DiskNeed } from './disk-space.ts';
import { featureCacheFolder } from './feature-cache/cached-features.ts';
import { planAbove } from './features-file/plan-above.ts';
import type { GivenFeatures } from './features-file/read-features.ts';
import { checkpointValues, type Values } from './first-values.ts';
import { keepFirstWeights } from './introspect.ts';
import { assertMemory, machineMemory, memoryNeed, memoryWarning, type MemoryNeed } from './memory.ts';
import { withFrozen, writeModelFile, type ModelFile } from './model-file.ts';
import { frozenTensors } from './proof.ts';
import type { TrainerJob } from './protocol.ts';
import { tensorHash } from './tensor-hash.ts';

const FLOAT_BYTES = 4;
const CHANNELS = 3;

/** What of a run is the same in all its stages. */
export interface OpenedRun {
  readonly job: TrainerJob;
  /** What of it the plan learns. */
  readonly dataset: Dataset;
  /** What of it is left out, as a sentence; null where that is nothing. */
  readonly leftOut: string | null;
  /** Features that take the place of images; null where images are what there is. */
  readonly given: GivenFeatures | null;
  readonly network: Network;
  readonly preprocessing: Preprocessing;
  /** What training images are brought to, for augmentation to look them up in; null without. */
  readonly canvas: Preprocessing | null;
  readonly machine: DeviceInformation;
}

/** A stage compiled, its weights in place. */
interface CompiledStage {
  readonly program: Program;
  readonly session: Session;
  readonly introspection: Introspection;
}

/** Everything that is known, loaded and compiled before the first image is computed in a stage. */
export interface PreparedRun extends OpenedRun, CompiledStage {
  /** Of the stage. */
  readonly plan: FreezePlan;
  /** Where training starts: at zero, or where the last checkpoint left it. */
  readonly state: TrainingState;
  /** SHA-256 of every tensor of the network as it is now. */
  readonly tensorHashes: ReadonlyMap<string, string>;
  readonly model: ModelFile;
  /** null when nothing was loaded from a file: from scratch, or resumed. */
  readonly loadReport: LoadReport | null;
  readonly runtime: { readonly tensorflow: string; readonly device: string };
}

interface Told {
  readonly emit: (body: RunEventBody) => void;
  /** Told what the stage is estimated to take, before it takes it. */
  readonly onMemory: (memory: MemoryNeed) => void;
}

/** What the caches hold once every image of the dataset went through. */
function cacheNeeds(
  { job, dataset, canvas, preprocessing }: OpenedRun,
  { augmentation }: TrainingPlan,
  program: Program,
): DiskNeed['caches'] {
  const held = canvas ?? preprocessing;
  const images = dataset.images.length;
  const variants = Math.max(1, augmentation?.variants ?? 1);
  const featured = images + countImages(dataset).train * (variants - 1);
  const features = program.cut.reduce((sum, { shape }) => sum + FLOAT_BYTES * elementCount(shape), 0);
  return [
    { folder: featureCacheFolder(job.cacheDirectory), bytes: featured * features },
    { folder: decodedCacheFolder(job.cacheDirectory), bytes: images * held.height * held.width * CHANNELS },
  ];
}

/**
 * What a stage freezes, and whether it fits.
 *
 * @param trainingPlan of the stage
 * @throws ThawError `memory.full`, or for rules that mean nothing
 */
export function understandStage(
  { dataset, network, given, machine: { gpu, gpuMemory } }: OpenedRun,
  trainingPlan: TrainingPlan,
  { emit, onMemory }: Told,
): FreezePlan {
  const frozen = freezePlan(network, trainingPlan.strategy, trainingPlan.rules);
  const plan = given ? planAbove(network, frozen, given.description) : frozen;
  // A GPU computes in memory of its own.
  const machine = gpu ? gpuMemory : machineMemory();
  if (machine !== null) {
    const memory = memoryNeed({ plan: trainingPlan, network, freeze: plan }, countImages(dataset), { machine });
    onMemory(memory);
    // The estimate was learnt on processors: where a GPU's memory ends is for the GPU to say.
    if (!gpu) assertMemory(memory);
    const tight = memoryWarning(memory);
    if (tight !== null) emit({ kind: 'warning', message: tight });
  }
  return plan;
}

/** SHA-256 of every tensor. */
export function hashesOf(values: Values['values']): ReadonlyMap<string, string> {
  return new Map([...values].map(([name, tensor]) => [name, tensorHash(tensor)]));
}

/** SHA-256 of the tensors that nothing may change in a stage. */
export function frozenHashes(
  network: Network,
  plan: FreezePlan,
  hashes: ReadonlyMap<string, string>,
): ModelFile['frozen'] {
  return Object.fromEntries(frozenTensors(network, plan).map((name) => [name, hashes.get(name) ?? '']));
}

/** A stage understood, and what its weights are. */
interface StageToCompile {
  /** Of the stage. */
  readonly trainingPlan: TrainingPlan;
  readonly plan: FreezePlan;
  readonly values: Values['values'];
  /** The checkpoint that it goes on from, slots included; null for one that begins. */
  readonly prefix: string | null;
  /** Of a branch, the checkpoint whose slots it takes over; null for slots that begin anew. */
  readonly branch: { readonly prefix: string; readonly tensors: StoredWeights['tensors'] } | null;
  /** Whether the drift of its weights is measured from here, whatever it was measured from before. */
  readonly driftsAnew?: boolean | undefined;
}

/** Compiles the program of a stage, and gives it its weights. @throws ThawError `disk.full` */
export async function compileStage(
  opened: OpenedRun,
  { trainingPlan, plan, values, prefix, branch, driftsAnew }: StageToCompile,
  emit: (body: RunEventBody) => void,
): Promise<CompiledStage> {
  const { job, dataset, given, network, preprocessing, canvas, machine } = opened;
  const { runDirectory } = job;
  const { optimizer, augmentation } = trainingPlan;
  const withoutPrefix = variantsWarning(augmentation, plan.cut);
  if (withoutPrefix !== null) emit({ kind: 'warning', message: withoutPrefix });
  const program = compileProgram({
    network,
    plan,
    preprocessing: isFeatureNetwork(trainingPlan.network) ? null : preprocessing,
    optimizer,
    regularization: trainingPlan,
    objective: trainingPlan,
    task: trainingPlan.task,
    classWeights: weightsOfClasses(trainingPlan.classWeights, dataset),
    precision: trainingPlan.precision,
    kernels: machine.kernels,
    rateFactors: rateFactors(network, plan.trainable, trainingPlan.learningRateRules),
    augmentation: augmentation && canvas && { plan: augmentation, canvas },
    slotsFrom: branch && new Map([...branch.tensors].map(([name, { shape }]) => [name, shape])),
  });
  const looks = trainingPlan.introspectionInterval > 0;
  await assertDiskSpace({
    runDirectory,
    checkpointBytes: program.checkpointBytes,
    onceBytes: looks ? program.firstBytes : 0,
    caches: given ? [] : cacheNeeds(opened, trainingPlan, program),
  });
  const layers = network.layers.map(({ name }) => name);
  const session = Session.load(path.join(runDirectory, 'program'), program.savedModel, program.signatures, layers);
  assignValues(session, program, values);
  if (branch && program.slotsTaken.variables.length > 0) {
    session.run('restore_slots', { prefix: { data: [Buffer.from(branch.prefix)], shape: [] } });
  }
  if (prefix !== null) session.run('restore', { prefix: { data: [Buffer.from(prefix)], shape: [] } });
  if (looks) await keepFirstWeights(session, runDirectory, driftsAnew);
  const { introspection } = program;
  if (!introspection) throw new TypeError('A program that trains says what it can be asked.');
  return { program, session, introspection };
}

/**
 * Enters the stage after the one that has ended: with the weights of a checkpoint that stands, under a mask and a program of
 * its own, the optimizer's slots anew. Nothing is written that a run resumed from that checkpoint would not write again.
 *
 * @param before the stage that has ended, whose session is no longer needed
 * @param trainingPlan of the whole run
 * @throws ThawError as `prepareRun`
 */
export async function enterNextStage(
  before: PreparedRun,
  trainingPlan: TrainingPlan,
  ended: TrainingState,
  told: Told,
): Promise<PreparedRun> {
  const stage = ended.stage + 1;
  const run = { ...before, network: networkOfStage(before.network, stage) };
  const { runDirectory } = run.job;
  const own = stagePlan(trainingPlan, stage);
  const plan = understandStage(run, own, told);
  const begins = trainingPlan.stages[stage]?.begins ?? 'best';
  const { values } = await checkpointValues(runDirectory, begins, run.network);
  const tensorHashes = hashesOf(values);
  const model = withFrozen(run.model, stage, frozenHashes(run.network, plan, tensorHashes));
  await writeModelFile(runDirectory, model);
  const compiled = await compileStage(
    run,
    { trainingPlan: own, plan, values, prefix: null, branch: null, driftsAnew: true },
    told.emit,
  );
  const state: TrainingState = { ...ended, stage, stageBegan: ended.epoch };
  return { ...run, ...compiled, plan, tensorHashes, model, state };
}

/**
 * Enters a stage once more that a checkpoint is of, to look at what its weights make of images: features below the cut of
 * another stage may have been computed by other weights.
 *
 * @param state of the best checkpoint
 */
export async function enterBestStage(
  before: PreparedRun,
  trainingPlan: TrainingPlan,
  state: TrainingState,
  told: Told,
): Promise<PreparedRun> {
  const run = { ...before, network: networkOfStage(before.network, state.stage) };
  const own = stagePlan(trainingPlan, state.stage);
  const { runDirectory } = run.job;
  const plan = understandStage(run, own, told);
  const { values } = await checkpointValues(runDirectory, 'best', run.network);
  // The session takes the values themselves.
  const tensorHashes = hashesOf(values);
  const prefix = await checkpointPrefix(runDirectory, 'best');
  // Nothing is learnt any more, so nothing drifts.
  const quiet = { ...own, introspectionInterval: 0 };
  const compiled = await compileStage(run, { trainingPlan: quiet, plan, values, prefix, branch: null }, told.emit);
  return { ...run, ...compiled, plan, tensorHashes, state };
}
