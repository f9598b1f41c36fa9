import { mkdir, readdir, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  LARGEST_DIFFERENCE,
  LARGEST_QUANTISED_DIFFERENCE,
  MOST_REFERENCES,
  type ExportedModel,
  type ModelFormat,
} from '../../shared/contract/model-export.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { readStateOf } from '../training/checkpoint.ts';
import { assertFileSpace } from '../training/disk-space.ts';
import { publishFolder } from '../training/durable.ts';
import { checkpointValues } from '../training/first-values.ts';
import { modelNetwork, readModelFile } from '../training/model-file.ts';
import { loadPredictionModel, probabilitiesOf } from '../training/prediction-model.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import { assertAccepted, estimatedBytes } from './assert-accepted.ts';
import type { ExportedNetwork } from './exported-network.ts';
import type { ExportDone, ExportJob } from './exporter-protocol.ts';
import type { ExportFormat } from './export-format.ts';
import { judgedSelfTest, tellsApart } from './judged-self-test.ts';
import { modelCard, plainName } from './model-card.ts';
import { H5_FORMAT, KERAS_FORMAT } from './keras/keras-format.ts';
import { ONNX_FORMAT } from './onnx/onnx-format.ts';
import { PB_FORMAT } from './pb-format.ts';
import { SAFETENSORS_FORMAT } from './safetensors/safetensors-format.ts';
import { SAVED_MODEL_FORMAT } from './savedmodel/saved-model-format.ts';
import { TFJS_GRAPH_FORMAT } from './tfjs/graph-format.ts';
import { TFJS_LAYERS_FORMAT } from './tfjs/layers-format.ts';
import { TORCH_FORMAT } from './torch/torch-format.ts';
import { spread } from './spread.ts';
import { testImages, writeReference, type TestImages } from './reference-images.ts';

const FORMATS: Readonly<Record<ModelFormat, ExportFormat>> = {
  savedmodel: SAVED_MODEL_FORMAT,
  pb: PB_FORMAT,
  keras: KERAS_FORMAT,
  h5: H5_FORMAT,
  tfjs: TFJS_LAYERS_FORMAT,
  'tfjs-graph': TFJS_GRAPH_FORMAT,
  onnx: ONNX_FORMAT,
  safetensors: SAFETENSORS_FORMAT,
  torch: TORCH_FORMAT,
};

/** What lies beside the weights takes no more than this. */
const BESIDE_BYTES = 16 << 20;
const FULL_PRECISION = { frozen: 'float32', trainable: 'float32' } as const;

/** How far an export has come, for people. */
type Report = (done: number, total: number, detail: string) => void;
const STAGES = ['predicting the reference images', 'writing', 'testing', 'completing'] as const;

/** Thaw's own probabilities of the test images, in float32. */
async function ownProbabilities(
  job: ExportJob,
  { network, values }: Pick<ExportedNetwork, 'network' | 'values'>,
  images: TestImages,
): Promise<Float32Array> {
  const { runDirectory, checkpoint } = job;
  const plan = { strategy: 'scratch' as const, rules: [], precision: FULL_PRECISION };
  const model = await loadPredictionModel({ runDirectory, checkpoint, plan }, values);
  try {
    const probabilities = probabilitiesOf(model, images.pixels);
    if (probabilities.length === images.pixels.length * model.classes.length) return probabilities;
    throw new TypeError(`'${network.name}' gave ${probabilities.length} probabilities.`);
  } finally {
    model.session.dispose();
  }
}

async function writeCommon(folder: string, { classes, preprocessing }: ExportedNetwork): Promise<void> {
  const write = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text);
  await write('classes.json', `${JSON.stringify(classes, null, 2)}\n`);
  await write('labels.txt', classes.map((name) => `${plainName(name)}\n`).join(''));
  await write('preprocessing.json', `${JSON.stringify(preprocessing, null, 2)}\n`);
}

/** Every file below a folder, by name. */
async function listed(folder: string): Promise<ExportedModel['files']> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const told = await Promise.all(
    files.map(async (file) => ({
      name: path.relative(folder, file).split(path.sep).join('/'),
      bytes: (await stat(file)).size,
    })),
  );
  return told.sort((first, second) => (first.name < second.name ? -1 : 1));
}

async function write(job: ExportJob, signal: AbortSignal, report: Report): Promise<ExportDone> {
  const { aside, target, runDirectory, checkpoint, quantisation } = job;
  const allowed = quantisation === null ? LARGEST_DIFFERENCE : LARGEST_QUANTISED_DIFFERENCE;
  const stage = (place: number): void => {
    signal.throwIfAborted();
    report(place, STAGES.length, STAGES[place] ?? '');
  };
  const format = FORMATS[job.format];
  const file = await readModelFile(runDirectory);
  const { network, preprocessing } = modelNetwork(file);
  const described = { network, preprocessing, classes: file.classes };
  assertAccepted(job.format, described, quantisation);
  const bytes = estimatedBytes(job.format, described, quantisation);
  await assertFileSpace({ file: target, bytes: bytes + BESIDE_BYTES, caches: [] });
  stage(0);
  const references = spread(job.references, format.mostReferences?.(network) ?? MOST_REFERENCES);
  const images = await testImages(references, preprocessing);
  const { values } = await checkpointValues(runDirectory, checkpoint, network);
  const model = { ...described, values };
  const expected = await ownProbabilities(job, model, images);
  stage(1);
  await mkdir(aside);
  const state = await readStateOf(path.dirname(await chosenPrefix(runDirectory, checkpoint)));
  await format.write(model, aside, state, quantisation);
  await writeFile(path.join(aside, format.program), format.sample(described, allowed));
  await writeCommon(aside, model);
  await writeReference(path.join(aside, 'reference.npz'), images, expected);
  stage(2);
  const selfTest = judgedSelfTest(job.format, images, await format.test(aside, images, model), expected, allowed);
  stage(3);
  const predicts = format.predicts?.(described) ?? true;
  const card = {
    facts: job.card,
    format: job.format,
    quantisation,
    program: format.program,
    epoch: state.epoch,
    step: state.step,
    predicts,
    files: format.files(described),
    selfTest,
  };
  await writeFile(path.join(aside, 'MODEL_CARD.md'), modelCard({ ...card, ...described }));
  const files = await listed(aside);
  // An empty folder may stand where it is to be.
  await rmdir(target).catch(() => undefined);
  await publishFolder(aside, target);
  const missing = references.length - images.references;
  return {
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    selfTest,
    predicts,
    warnings: [
      ...(missing > 0
        ? [`${missing} of ${references.length} images of the validation have gone or changed and were not tested with.`]
        : []),
      ...(tellsApart(expected, file.classes.length)
        ? []
        : ['This model predicts the same of every image that it was tested with, so that the test tells little.']),
    ],
  };
}

/** Where it lies is the person's own choice, unlike what Thaw keeps. */
function explainExportError(error: unknown, target: string): unknown {
  const explained = explainDiskError(error, `write ${target}`);
  if (!(explained instanceof ThawError) || !explained.code.startsWith('disk.')) return explained;
  const { code, message } = explained;
  return new ThawError(code, message, 'Free some space there, or export to a folder on another disk.', {
    cause: explained,
  });
}

/**
 * Writes a run's network for other programs, into a folder that has its name only once it is whole and was tested.
 *
 * @throws ThawError `export.differs`, `usage.invalid` for what the format cannot hold, `training.checkpoint`, `disk.full`,
 *   `disk.readOnly`; the signal's reason
 */
export async function exportModel(job: ExportJob, signal: AbortSignal, report: Report): Promise<ExportDone> {
  try {
    return await write(job, signal, report);
  } catch (error) {
    await rm(job.aside, { recursive: true, force: true });
    throw explainExportError(error, job.target);
  }
}
