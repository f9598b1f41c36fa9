import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetStructure } from '../../shared/contract/dataset-structure.ts';
import type { RunEventBody } from '../../shared/contract/event.ts';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { LoadReport } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { countImages } from '../dataset/count-images.ts';
import { applyEdits } from '../dataset/edits/apply-edits.ts';
import { editsOfRoot } from '../dataset/edits/edits-of-root.ts';
import { splitContent, type Dataset } from '../dataset/open-dataset.ts';
import { withIndex } from '../dataset/index/index-if-any.ts';
import { readContent, type ReadContentOptions } from '../dataset/read-content.ts';
import { leakWarning } from '../dataset/split/leaks.ts';
import { freezePlan, type FreezePlan } from '../freeze/freeze-plan.ts';
import { rateFactors } from '../freeze/rate-factors.ts';
import { compileProgram, type Program } from '../graph/program.ts';
import type { Introspection } from '../graph/introspection.ts';
import { decodedCacheFolder } from '../image/decoded-cache.ts';
import type { Network } from '../network/layer.ts';
import { preprocessedAs, type Preprocessing } from '../network/preprocessing.ts';
import { elementCount } from '../network/shape.ts';
import { deviceInformation } from '../runtime/binding.ts';
import { assignValues } from '../runtime/assign-values.ts';
import { Session } from '../runtime/session.ts';
import { canvasPreprocessing, variantsWarning } from './augmentation/canvas.ts';
import { describeGaps } from '../weights/load.ts';
import { openStoredCheckpoint } from '../weights/tensorflow-checkpoint.ts';
import type { StoredWeights } from '../weights/weights-file.ts';
import { weightsOfClasses } from './class-weights.ts';
import { checkpointPrefix, INITIAL_STATE, readTrainingState, type TrainingState } from './checkpoint.ts';
import { assertDiskSpace, type DiskNeed } from './disk-space.ts';
import { keepFirstWeights } from './introspect.ts';
import { assertMemory, machineMemory, memoryNeed, memoryWarning, type MemoryNeed } from './memory.ts';
import { expectDevice, precisionWarning } from './expect-device.ts';
import { featureCacheFolder } from './feature-cache/cached-features.ts';
import { expectSameBelow, planAbove, preprocessingBelow } from './features-file/plan-above.ts';
import { readFeatures, type GivenFeatures } from './features-file/read-features.ts';
import { checkpointValues, firstValues } from './first-values.ts';
import { modelNetwork, readModelFile, writeModelFile, type ModelFile } from './model-file.ts';
import { ProgressReporter } from './progress.ts';
import { frozenTensors } from './proof.ts';
import { datasetRoot, splitOf, structureOf } from './dataset-root.ts';
import type { TrainerJob } from './protocol.ts';
import { editsOfRun, editsToday, readRunEdits, writeRunEdits, type RunEdit } from './run-edits.ts';
import { chosenPrefix } from './starred-checkpoints.ts';
import { tensorHash } from './tensor-hash.ts';

const FLOAT_BYTES = 4;
const CHANNELS = 3;

/** Everything that is known, loaded and compiled before the first image is computed. */
export interface PreparedRun {
  readonly dataset: Dataset;
  /** Features that take the place of images; null where images are what there is. */
  readonly given: GivenFeatures | null;
  readonly network: Network;
  readonly preprocessing: Preprocessing;
  /** What training images are brought to, for augmentation to look them up in; null without. */
  readonly canvas: Preprocessing | null;
  readonly plan: FreezePlan;
  readonly program: Program;
  readonly session: Session;
  readonly introspection: Introspection;
  /** Where training starts: at zero, or where the last checkpoint left it. */
  readonly state: TrainingState;
  /** SHA-256 of every tensor of the network as it is now. */
  readonly tensorHashes: ReadonlyMap<string, string>;
  readonly model: ModelFile;
  /** null when nothing was loaded from a file: from scratch, or resumed. */
  readonly loadReport: LoadReport | null;
  readonly runtime: { readonly tensorflow: string; readonly device: string };
}

function sameNetwork(model: ModelFile, plan: TrainingPlan): void {
  if (model.network === plan.network) return;
  throw new ThawError(
    'training.checkpoint',
    `A resumed run needs the network it began with; expected ${plan.network}, found the description of ${model.network} in its folder.`,
    "Put the run's own model.json and checkpoints back, or train a new run.",
  );
}

function sameClasses(model: ModelFile, dataset: Dataset): void {
  if (model.classes.join('\0') === dataset.classes.join('\0')) return;
  throw new ThawError(
    'dataset.classes',
    `A resumed run needs the classes it began with (${model.classes.join(', ')}); found ${dataset.classes.join(', ')} in ${dataset.root}.`,
    'Put the class folders back, or train a new run.',
  );
}

/** What the caches hold once every image of the dataset went through. */
function cacheNeeds(job: TrainerJob, dataset: Dataset, program: Program, held: Preprocessing): DiskNeed['caches'] {
  const images = dataset.images.length;
  const variants = Math.max(1, job.plan.augmentation?.variants ?? 1);
  const featured = images + countImages(dataset).train * (variants - 1);
  const features = program.cut.reduce((sum, { shape }) => sum + FLOAT_BYTES * elementCount(shape), 0);
  return [
    { folder: featureCacheFolder(job.cacheDirectory), bytes: featured * features },
    { folder: decodedCacheFolder(job.cacheDirectory), bytes: images * held.height * held.width * CHANNELS },
  ];
}

async function givenFeatures(
  path: string,
  options: Parameters<typeof readFeatures>[1],
  emit: (body: RunEventBody) => void,
): Promise<GivenFeatures> {
  const given = await readFeatures(path, options);
  const { unlabelled, description } = given;
  if (unlabelled > 0) {
    const message = `${unlabelled} of ${description.images} images in the features file have no class and are not used.`;
    emit({ kind: 'warning', message });
  }
  return given;
}

interface ReadDataset {
  readonly dataset: Dataset;
  readonly structure: DatasetStructure;
  readonly edits: readonly RunEdit[];
}

/** A run that has begun with the dataset before: itself, or the one that is repeated. */
interface BegunRun {
  readonly directory: string;
  readonly model: ModelFile;
}

async function begunRun({ resume, runDirectory, repeatedRunDirectory }: TrainerJob): Promise<BegunRun | null> {
  const directory = resume ? runDirectory : repeatedRunDirectory;
  return directory === undefined ? null : { directory, model: await readModelFile(directory) };
}

async function readDataset(
  { plan, home }: Pick<TrainerJob, 'plan' | 'home'>,
  begun: BegunRun | null,
  options: Pick<ReadContentOptions, 'signal' | 'onProgress'>,
): Promise<ReadDataset> {
  const { dataset: source } = plan;
  // Recognised anew it might be another, by which images that validated before would be trained on.
  const structure = begun?.model.structure ?? structureOf(source);
  // So might it be under edits of today.
  const begunWith = begun && (await readRunEdits(begun.directory, begun.model));
  return withIndex(home, async (index) => {
    const content = await readContent(datasetRoot(source), { ...options, structure, index });
    // Only now: reading the folder has edits follow the images that were moved.
    const edits = begunWith ?? editsOfRun(editsOfRoot(index, content.root).edits, content);
    const dataset = splitContent(applyEdits(content, editsToday(edits, content)), splitOf(plan));
    return { dataset, structure: content.structure.structure, edits };
  });
}

/** The checkpoint that the optimizer goes on from under another plan; null for an optimizer that begins anew. */
async function openBranch({
  keepsOptimizer = false,
  plan: { weights },
  sourceRunDirectory,
}: TrainerJob): Promise<{ readonly prefix: string; readonly tensors: StoredWeights['tensors'] } | null> {
  if (!keepsOptimizer || weights.kind !== 'run' || sourceRunDirectory === null) return null;
  const prefix = await chosenPrefix(sourceRunDirectory, weights.checkpoint ?? 'best');
  const file = await openStoredCheckpoint(prefix);
  file.close();
  return { prefix, tensors: file.tensors };
}

/**
 * Opens the dataset, builds network and freeze plan, loads the weights or the last checkpoint, and compiles the program.
 *
 * @param onMemory told what the run is estimated to take, before it takes it
 * @param emit told how far the dataset is read, and what a person should know though the run goes on
 */
export async function prepareRun(
  job: TrainerJob,
  emit: (body: RunEventBody) => void,
  signal: AbortSignal,
  onMemory: (memory: MemoryNeed) => void = () => undefined,
): Promise<PreparedRun> {
  const { plan: trainingPlan, runDirectory } = job;
  const reading = new ProgressReporter(emit, 'prepare', 'image');
  const source = trainingPlan.dataset;
  const given =
    source.kind === 'features' ? await givenFeatures(source.path, { ...splitOf(trainingPlan), signal }, emit) : null;
  const begun = await begunRun(job);
  const resumed = job.resume ? (begun?.model ?? null) : null;
  const { dataset, structure, edits } = given
    ? { dataset: given.dataset, structure: undefined, edits: [] }
    : await readDataset(job, begun, {
        signal,
        onProgress: (done, total) => reading.report(done, total, 'reading the dataset'),
      });
  const leaks = given ? null : leakWarning(dataset);
  if (leaks !== null) emit({ kind: 'warning', message: leaks });
  if (resumed) {
    sameNetwork(resumed, trainingPlan);
    sameClasses(resumed, dataset);
  } else if (begun && begun.model.datasetVersion !== dataset.version) {
    const message = 'The dataset has changed since the run that this one repeats began: its metrics may be others.';
    emit({ kind: 'warning', message });
  }
  const { network, preprocessing: own } = modelNetwork({
    network: trainingPlan.network,
    classes: dataset.classes,
    dropout: trainingPlan.dropout,
    head: trainingPlan.head,
    preprocessing: resumed?.preprocessing,
  });
  const prepared = preprocessedAs(own, trainingPlan.preprocessing);
  const preprocessing =
    resumed?.preprocessing ??
    (given ? preprocessingBelow(given.description, trainingPlan.network, prepared) : prepared);
  const frozen = freezePlan(network, trainingPlan.strategy, trainingPlan.rules);
  const plan = given ? planAbove(network, frozen, given.description) : frozen;
  const { tensorflow, gpu, gpuMemory, kernels, device } = deviceInformation();
  expectDevice(trainingPlan, gpu);
  const slow = precisionWarning(trainingPlan, gpu);
  if (slow !== null) emit({ kind: 'warning', message: slow });
  const understood = { plan: trainingPlan, network, freeze: plan };
  // A GPU computes in memory of its own.
  const machine = gpu ? gpuMemory : machineMemory();
  if (machine !== null) {
    const memory = memoryNeed(understood, countImages(dataset), { machine });
    onMemory(memory);
    // The estimate was learnt on processors: where a GPU's memory ends is for the GPU to say.
    if (!gpu) assertMemory(memory);
    const tight = memoryWarning(memory);
    if (tight !== null) emit({ kind: 'warning', message: tight });
  }
  const first = resumed
    ? await checkpointValues(runDirectory, 'last', network)
    : await firstValues(job, network, dataset.classes);
  if (job.repeatedWeights !== undefined && first.report && first.report.sha256 !== job.repeatedWeights) {
    const message = 'The weights have changed since the run that this one repeats began: its metrics may be others.';
    emit({ kind: 'warning', message });
  }
  const lacking = first.report && describeGaps(first.report);
  if (lacking !== null) emit({ kind: 'warning', message: lacking });
  if (first.head?.uncertain === true) emit({ kind: 'warning', message: first.head.reason });
  const tensorHashes = new Map([...first.values].map(([name, values]) => [name, tensorHash(values)]));
  if (given) expectSameBelow(given.description, { network, prefix: plan.prefix, tensorHashes });
  const model: ModelFile = resumed ?? {
    schemaVersion: 1,
    network: trainingPlan.network,
    classes: [...dataset.classes],
    dropout: trainingPlan.dropout,
    head: trainingPlan.head,
    ...(!isFeatureNetwork(trainingPlan.network) && { preprocessing }),
    datasetVersion: dataset.version,
    structure,
    ...(edits.length > 0 && { edits: edits.length }),
    frozen: Object.fromEntries(frozenTensors(network, plan).map((name) => [name, tensorHashes.get(name) ?? ''])),
  };
  await mkdir(runDirectory, { recursive: true, mode: 0o700 });
  // First what it names, so that it is there wherever the description is.
  if (!resumed) await writeRunEdits(runDirectory, edits);
  await writeModelFile(runDirectory, model);

  const { optimizer, augmentation } = trainingPlan;
  const canvas = augmentation && canvasPreprocessing(augmentation, preprocessing);
  const withoutPrefix = variantsWarning(augmentation, plan.cut);
  if (withoutPrefix !== null) emit({ kind: 'warning', message: withoutPrefix });
  const branch = await openBranch(job);
  const program = compileProgram({
    network,
    plan,
    preprocessing: isFeatureNetwork(trainingPlan.network) ? null : preprocessing,
    optimizer,
    regularization: trainingPlan,
    objective: trainingPlan,
    classWeights: weightsOfClasses(trainingPlan.classWeights, dataset),
    precision: trainingPlan.precision,
    kernels,
    rateFactors: rateFactors(network, plan.trainable, trainingPlan.learningRateRules),
    augmentation: augmentation && canvas && { plan: augmentation, canvas },
    slotsFrom: branch && new Map([...branch.tensors].map(([name, { shape }]) => [name, shape])),
  });
  const looks = trainingPlan.introspectionInterval > 0;
  await assertDiskSpace({
    runDirectory,
    checkpointBytes: program.checkpointBytes,
    onceBytes: looks ? program.firstBytes : 0,
    caches: given ? [] : cacheNeeds(job, dataset, program, canvas ?? preprocessing),
  });
  const layers = network.layers.map(({ name }) => name);
  const session = Session.load(path.join(runDirectory, 'program'), program.savedModel, program.signatures, layers);
  assignValues(session, program, first.values);
  if (branch && program.slotsTaken.variables.length > 0) {
    session.run('restore_slots', { prefix: { data: [Buffer.from(branch.prefix)], shape: [] } });
  }
  let state = INITIAL_STATE;
  if (resumed) {
    const prefix = await checkpointPrefix(runDirectory, 'last');
    session.run('restore', { prefix: { data: [Buffer.from(prefix)], shape: [] } });
    state = await readTrainingState(runDirectory);
    if (dataset.version !== model.datasetVersion) {
      const message = `The dataset has changed since this run began: epoch ${state.epoch + 1} uses what is there now.`;
      emit({ kind: 'warning', message });
      state = { ...state, partial: INITIAL_STATE.partial };
    }
  }
  if (looks) await keepFirstWeights(session, runDirectory);
  const { introspection } = program;
  if (!introspection) throw new TypeError('A program that trains says what it can be asked.');
  return {
    dataset,
    given,
    network,
    preprocessing,
    canvas,
    plan,
    program,
    session,
    introspection,
    state,
    tensorHashes,
    model,
    loadReport: first.report,
    runtime: { tensorflow, device },
  };
}
