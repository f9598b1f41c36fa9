import { mkdir } from 'node:fs/promises';
import type { DatasetStructure } from '../../shared/contract/dataset-structure.ts';
import type { RunEventBody } from '../../shared/contract/event.ts';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { stagePlan } from '../../shared/contract/stages.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { applyEdits } from '../dataset/edits/apply-edits.ts';
import { editsOfRoot } from '../dataset/edits/edits-of-root.ts';
import { splitContent, type Dataset } from '../dataset/open-dataset.ts';
import { withIndex } from '../dataset/index/index-if-any.ts';
import { readContent, type ReadContentOptions } from '../dataset/read-content.ts';
import { leakWarning } from '../dataset/split/leaks.ts';
import { networkOfStage } from '../network/decoder.ts';
import { preprocessedAs } from '../network/preprocessing.ts';
import { elementCount } from '../network/shape.ts';
import { deviceInformation } from '../runtime/binding.ts';
import { canvasPreprocessing } from './augmentation/canvas.ts';
import { describeGaps } from '../weights/load.ts';
import { openStoredCheckpoint } from '../weights/tensorflow-checkpoint.ts';
import type { StoredWeights } from '../weights/weights-file.ts';
import { checkpointPrefix, INITIAL_STATE, readTrainingState } from './checkpoint.ts';
import { chooseImages } from './chosen-images.ts';
import type { MemoryNeed } from './memory.ts';
import { expectDevice, precisionWarning } from './expect-device.ts';
import { expectSameBelow, preprocessingBelow } from './features-file/plan-above.ts';
import { keepRows, readFeatures, type GivenFeatures } from './features-file/read-features.ts';
import { checkpointValues } from './first-values.ts';
import { modelNetwork, readModelFile, writeModelFile, type ModelFile } from './model-file.ts';
import {
  compileStage,
  frozenHashes,
  hashesOf,
  understandStage,
  type OpenedRun,
  type PreparedRun,
} from './prepare-stage.ts';
import { ProgressReporter } from './progress.ts';
import { datasetRoot, splitOf, structureOf } from './dataset-root.ts';
import type { TrainerJob } from './protocol.ts';
import { editsOfRun, editsToday, readRunEdits, writeRunEdits, type RunEdit } from './run-edits.ts';
import { chosenPrefix } from './starred-checkpoints.ts';
import { beginningValues } from './trained-head.ts';

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

/** The features of some of a file's images. */
function featuresOf(given: GivenFeatures, dataset: Dataset, numbers: readonly number[]): GivenFeatures {
  const { features, description } = given;
  const sizes = description.arrays.map(({ shape }) => elementCount(shape));
  return { ...given, dataset, features: features.map((values, index) => keepRows(values, sizes[index] ?? 0, numbers)) };
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

/**
 * The dataset of a plan; that of a run that has begun is laid out and edited as when it began.
 *
 * @throws ThawError as `readContent` and `splitContent`; `training.checkpoint` where its edits have gone
 */
export async function readDataset(
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
  const whole = given
    ? { dataset: given.dataset, structure: undefined, edits: [] }
    : await readDataset(job, begun, {
        signal,
        onProgress: (done, total) => reading.report(done, total, 'reading the dataset'),
      });
  const { structure, edits } = whole;
  const { dataset, numbers, leftOut } = chooseImages(whole.dataset, trainingPlan);
  const leaks = given ? null : leakWarning(dataset);
  if (leaks !== null) emit({ kind: 'warning', message: leaks });
  if (resumed) {
    sameNetwork(resumed, trainingPlan);
    sameClasses(resumed, dataset);
  } else if (begun && begun.model.datasetVersion !== dataset.version) {
    const message = 'The dataset has changed since the run that this one repeats began: its metrics may be others.';
    emit({ kind: 'warning', message });
  }
  const kept = resumed ? await readTrainingState(runDirectory) : INITIAL_STATE;
  const { network: built, preprocessing: own } = modelNetwork({
    network: trainingPlan.network,
    classes: dataset.classes,
    dropout: trainingPlan.dropout,
    head: trainingPlan.head,
    headDesign: trainingPlan.headDesign,
    task: trainingPlan.task,
    preprocessing: resumed?.preprocessing,
  });
  const network = networkOfStage(built, kept.stage);
  const prepared = preprocessedAs(own, trainingPlan.preprocessing);
  const preprocessing =
    resumed?.preprocessing ??
    (given ? preprocessingBelow(given.description, trainingPlan.network, prepared) : prepared);
  const machine = deviceInformation();
  const { gpu } = machine;
  expectDevice(trainingPlan, gpu);
  const slow = precisionWarning(trainingPlan, gpu);
  if (slow !== null) emit({ kind: 'warning', message: slow });
  const canvas = trainingPlan.augmentation && canvasPreprocessing(trainingPlan.augmentation, preprocessing);
  const opened: OpenedRun = {
    job,
    dataset,
    leftOut,
    given: given && leftOut !== null ? featuresOf(given, dataset, numbers) : given,
    network,
    preprocessing,
    canvas,
    machine,
  };
  const plan = understandStage(opened, stagePlan(trainingPlan, kept.stage), { emit, onMemory });
  // What cannot fit in a later stage is told now, not when its turn has come.
  for (const later of trainingPlan.stages.keys()) {
    if (later <= kept.stage) continue;
    const ofLater = { ...opened, network: networkOfStage(built, later) };
    understandStage(ofLater, stagePlan(trainingPlan, later), { emit: () => undefined, onMemory: () => undefined });
  }
  const first = resumed
    ? await checkpointValues(runDirectory, 'last', network)
    : await beginningValues(job, network, dataset.classes);
  if (job.repeatedWeights !== undefined && first.report && first.report.sha256 !== job.repeatedWeights) {
    const message = 'The weights have changed since the run that this one repeats began: its metrics may be others.';
    emit({ kind: 'warning', message });
  }
  const lacking = first.report && describeGaps(first.report);
  if (lacking !== null) emit({ kind: 'warning', message: lacking });
  if (first.head?.uncertain === true) emit({ kind: 'warning', message: first.head.reason });
  const tensorHashes = hashesOf(first.values);
  if (given) expectSameBelow(given.description, { network, prefix: plan.prefix, tensorHashes });
  const model: ModelFile = resumed ?? {
    schemaVersion: 1,
    network: trainingPlan.network,
    classes: [...dataset.classes],
    dropout: trainingPlan.dropout,
    head: trainingPlan.head,
    headDesign: trainingPlan.headDesign,
    task: trainingPlan.task,
    ...(!isFeatureNetwork(trainingPlan.network) && { preprocessing }),
    datasetVersion: dataset.version,
    structure,
    ...(edits.length > 0 && { edits: edits.length }),
    frozen: frozenHashes(network, plan, tensorHashes),
  };
  await mkdir(runDirectory, { recursive: true, mode: 0o700 });
  // First what it names, so that it is there wherever the description is.
  if (!resumed) await writeRunEdits(runDirectory, edits);
  await writeModelFile(runDirectory, model);

  const branch = resumed ? null : await openBranch(job);
  const prefix = resumed ? await checkpointPrefix(runDirectory, 'last') : null;
  const compiled = await compileStage(
    opened,
    { trainingPlan: stagePlan(trainingPlan, kept.stage), plan, values: first.values, prefix, branch },
    emit,
  );
  let state = kept;
  if (resumed && dataset.version !== model.datasetVersion) {
    const message = `The dataset has changed since this run began: epoch ${state.epoch + 1} uses what is there now.`;
    emit({ kind: 'warning', message });
    state = { ...state, partial: INITIAL_STATE.partial };
  }
  const { tensorflow, device } = machine;
  return {
    ...opened,
    ...compiled,
    plan,
    state,
    tensorHashes,
    model,
    loadReport: first.report,
    runtime: { tensorflow, device },
  };
}
