import { randomBytes } from 'node:crypto';
import { lstat, realpath, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import {
  MODEL_FORMATS,
  MOST_REFERENCES,
  QUANTISATIONS,
  QUANTISED_FORMATS,
  type ExportedModel,
  type ModelExportRequest,
  type ModelFormat,
  type ModelFormats,
  type Quantisation,
} from '../../shared/contract/model-export.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { ZipFileWriter } from '../exchange/thaw-file/zip-file-writer.ts';
import { readStoredEvaluations } from '../experiment/evaluations.ts';
import { recordExport } from '../experiment/run-export.ts';
import { readPlan, readRun } from '../experiment/run-reader.ts';
import { assertAccepted, estimatedBytes } from '../export/assert-accepted.ts';
import type { ExportDone, ExportJob, ReferenceImage } from '../export/exporter-protocol.ts';
import { spread } from '../export/spread.ts';
import { readStateOf } from '../training/checkpoint.ts';
import { readPredictedPaths, readPredictions } from '../training/evaluation/read-predictions.ts';
import { modelNetwork, readModelFile } from '../training/model-file.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import { askProcess } from './ask-process.ts';
import { cardFacts } from './card-facts.ts';
import type { ServiceContext } from './context.ts';
import type { Task } from './tasks.ts';

type FolderOutput = Exclude<ModelExportRequest['output'], { kind: 'fetched' }>;

/** @throws ThawError `run.state` for a run that has no classifier of images */
function assertClassifier(runId: string, { network, task }: TrainingPlan): void {
  if (isFeatureNetwork(network)) {
    throw new ThawError(
      'run.state',
      `A model for other programs goes from images to classes; run '${runId}' was trained on features (${network}) and knows no network of images.`,
      'Train on features that `thaw features` wrote: they say which network they come from.',
    );
  }
  if (task.kind === 'classify') return;
  throw new ThawError(
    'run.state',
    `A model for other programs tells classes; run '${runId}' learnt the task '${task.kind}', which has none.`,
    'Train a classifier from its weights (`--weights run:ID`), and export that.',
  );
}

/** @throws ThawError `usage.invalid` where something stands, or nothing that could hold it; `file.notGranted` */
async function targetOf(context: ServiceContext, output: FolderOutput): Promise<string> {
  const target =
    output.kind === 'folder'
      ? path.resolve(output.path)
      : path.join(context.grants.pathOf(output.grantId), output.name);
  const refuse = (found: string, hint: string): never => {
    throw new ThawError('usage.invalid', `A model is exported to a folder of its own; ${found}.`, hint);
  };
  const parent = path.dirname(target);
  if (!(await stat(parent).catch(() => null))?.isDirectory()) {
    refuse(`there is no '${parent}' to make it in`, 'Make that folder first, or choose another.');
  }
  const found = await lstat(target).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG') {
      refuse(`the name of '${target}' is too long for its disk`, 'Choose a shorter name.');
    }
    return null;
  });
  if (!found) return target;
  if (found.isSymbolicLink()) refuse(`'${target}' is a link`, 'Name the folder that it leads to, or another.');
  if (!found.isDirectory()) refuse(`'${target}' is a file`, 'Choose another name.');
  if ((await readdir(target)).length > 0) refuse(`'${target}' is not empty`, 'Choose another name, or empty it.');
  return target;
}

/** Images of the run's validation, where its dataset is still at its place; never any out of it. */
async function referencesOf(
  context: ServiceContext,
  runId: string,
  root: string | undefined,
): Promise<readonly ReferenceImage[]> {
  const kept = readStoredEvaluations(context.log, runId).find(({ split }) => split === 'validation')?.path;
  const realRoot = root === undefined ? null : await realpath(root).catch(() => null);
  if (kept == null || realRoot === null) return [];
  const directory = context.runDirectory(runId);
  const paths = await readPredictedPaths(directory, kept);
  const predictions = await readPredictions(directory, kept);
  if (!paths || !predictions) return [];
  const images: ReferenceImage[] = [];
  for (const [row, relative] of spread([...paths.entries()], MOST_REFERENCES)) {
    const file = await realpath(path.join(realRoot, relative)).catch(() => null);
    const contentHash = predictions.contentHashes[row];
    if (file?.startsWith(`${realRoot}${path.sep}`) === true && contentHash !== undefined) {
      images.push({ file, contentHash });
    }
  }
  return images;
}

/** Writes and tests a folder that is not there before; nothing of one that fails is left. */
async function writeFolder(
  context: ServiceContext,
  { runId, checkpoint = 'best', format, quantisation }: ModelExportRequest,
  target: string,
  { signal, report }: Task,
): Promise<ExportDone> {
  const run = readRun(context.log, runId);
  const { stage } = await readStateOf(path.dirname(await chosenPrefix(context.runDirectory(runId), checkpoint)));
  const job: ExportJob = {
    runDirectory: context.runDirectory(runId),
    checkpoint,
    format,
    quantisation: quantisation ?? null,
    target,
    aside: path.join(path.dirname(target), `.${randomBytes(6).toString('hex')}.part`),
    references: await referencesOf(context, runId, run.result.dataset?.root),
    card: cardFacts(context, run, stage),
  };
  try {
    return await askProcess<ExportDone>(context.entries.exporter, job, 'Exporting a model', signal, undefined, report);
  } finally {
    // A process that died or was ended left it behind.
    await rm(job.aside, { recursive: true, force: true });
  }
}

/** All of a folder in one file, below its name, as what is unpacked is a folder again. */
async function zipFolder(folder: string, file: string, files: ExportDone['files'], task: Task): Promise<void> {
  const zip = await ZipFileWriter.create(file);
  try {
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    let done = 0;
    for (const { name, bytes } of files) {
      task.report(done, total, 'packing', 'byte');
      await zip.addFile(`${path.basename(folder)}/${name}`, path.join(folder, name), task.signal);
      done += bytes;
    }
    await zip.close();
  } catch (error) {
    await zip.discard();
    throw error;
  }
}

async function exportFetched(context: ServiceContext, request: ModelExportRequest): Promise<ExportedModel> {
  const { runId, format, quantisation = null, taskId } = request;
  const folderName = `${runId}-${format}${quantisation === null ? '' : `-${quantisation}`}`;
  const name = `${folderName}.zip`;
  const file = await context.fetched.place(name);
  const folder = path.join(path.dirname(file), folderName);
  try {
    const done = await context.tasks.run(taskId, 'step', async (task) => {
      const written = await writeFolder(context, request, folder, task);
      await zipFolder(folder, file, written.files, task);
      return written;
    });
    await rm(folder, { recursive: true });
    const grantId = await context.fetched.keep(file);
    recordExport(context.log, [runId], { format, path: name, bytes: done.bytes });
    return { runId, format, quantisation, name, path: null, grantId, ...done };
  } catch (error) {
    await context.fetched.discard(file);
    throw explainDiskError(error, `write ${name}`);
  }
}

/**
 * Writes a run's network as a model for other programs, and tests it in one of them where that runs here.
 *
 * @throws ThawError `run.unknown`, `run.state`, `usage.invalid`, `file.notGranted`, `task.cancelled`, or what the exporter met
 */
export async function exportRunModel(context: ServiceContext, request: ModelExportRequest): Promise<ExportedModel> {
  const { runId, format, quantisation = null, output, taskId } = request;
  assertClassifier(runId, readPlan(context.log, runId));
  if (output.kind === 'fetched') return exportFetched(context, request);
  const target = await targetOf(context, output);
  const done = await context.tasks.run(taskId, 'step', (task) => writeFolder(context, request, target, task));
  recordExport(context.log, [runId], { format, path: target, bytes: done.bytes });
  return { runId, format, quantisation, name: path.basename(target), path: target, grantId: null, ...done };
}

/** Why a format does not take a network; null where it does. */
function refusalOf(
  format: ModelFormat,
  described: Parameters<typeof assertAccepted>[1],
): ModelFormats[number]['refused'] {
  try {
    assertAccepted(format, described);
    return null;
  } catch (error) {
    if (!(error instanceof ThawError)) throw error;
    return { message: error.message, hint: error.hint };
  }
}

/**
 * What a run's network can be written as.
 *
 * @throws ThawError `run.unknown`, `run.state` for one that no format takes, `training.checkpoint` where its files are gone
 */
export async function runModelFormats(context: ServiceContext, { runId }: { runId: string }): Promise<ModelFormats> {
  assertClassifier(runId, readPlan(context.log, runId));
  const file = await readModelFile(context.runDirectory(runId));
  const described = { ...modelNetwork(file), classes: file.classes };
  return MODEL_FORMATS.map((format) => {
    const size = (quantisation: Quantisation | null): number => estimatedBytes(format, described, quantisation);
    const quantisations = QUANTISED_FORMATS.includes(format)
      ? QUANTISATIONS.map((quantisation) => ({ quantisation, bytes: size(quantisation) }))
      : [];
    return { format, refused: refusalOf(format, described), bytes: size(null), quantisations };
  });
}
