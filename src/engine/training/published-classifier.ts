import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CheckedImage, WeightsCheck } from '../../shared/contract/weights-check.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { compileProgram } from '../graph/program.ts';
import { decodeImage } from '../image/decode-image.ts';
import type { Network } from '../network/layer.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { findNetwork, type NetworkEntry } from '../network/registry.ts';
import { networkTensors } from '../network/shape.ts';
import { assignValues } from '../runtime/assign-values.ts';
import { Session, type Output } from '../runtime/session.ts';
import { loadWeights } from '../weights/load.ts';
import { withMappingRules } from '../weights/mapping/mapping-rule.ts';
import { withNetworkNames } from '../weights/network-names.ts';
import { openWeights } from '../weights/open.ts';
import type { WeightsFile } from '../weights/weights-file.ts';

/** What a process is asked once. */
export interface ClassifierJob {
  readonly network: string;
  readonly weights: string;
  readonly mapping: readonly string[];
  readonly images: readonly string[];
  /** How many classes of each image. */
  readonly top: number;
  /** How photos become squares; the network's own way where it is left out. */
  readonly resize?: Preprocessing['resize'] | undefined;
}

/** By the network's own classifier the names of the file's tensors are found; how many classes it has, its last one says. */
const ANY_CLASSES = 1000;

/** Of the file's own classifier; null where it has none. */
function classesOf({ buildWithTop }: NetworkEntry, file: WeightsFile): number | null {
  const network = buildWithTop(ANY_CLASSES);
  const last = networkTensors(network).at(-1);
  const found = last && withNetworkNames(network, file).tensors.get(last.name);
  return found?.shape.at(-1) ?? null;
}

function moments(values: Float32Array): NonNullable<CheckedImage['output']> {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardDeviation: Math.sqrt(squares / values.length) };
}

function best(probabilities: Float32Array, top: number): CheckedImage['classes'] {
  return [...probabilities]
    .map((probability, index) => ({ index, name: null, probability }))
    .sort((left, right) => right.probability - left.probability)
    .slice(0, top);
}

function floats(output: Output | undefined): Float32Array {
  if (output?.data instanceof Float32Array) return output.data;
  throw new TypeError('The program gave no float32 output.');
}

async function checkImage(
  session: Session,
  preprocessing: Preprocessing,
  { image, top }: { readonly image: string; readonly top: number | null },
): Promise<CheckedImage> {
  let pixels: Uint8Array;
  try {
    // What is proved is the weights: nothing but them may lie between what is seen here and what their publisher saw.
    pixels = await decodeImage(image, preprocessing, 'exact');
  } catch (error) {
    if (!(error instanceof ThawError)) throw error;
    return { path: image, classes: [], output: null, problem: error.message };
  }
  const { logits, probabilities } = session.run('predict', { images: { data: [pixels], shape: [] } });
  const classes = top === null ? [] : best(floats(probabilities), top);
  return { path: image, classes, output: moments(floats(logits)), problem: null };
}

function programOf(network: Network, preprocessing: Preprocessing): ReturnType<typeof compileProgram> {
  const plan = {
    trainable: new Set<string>(),
    movingStatistics: new Set<string>(),
    prefix: network.layers.map(({ name }) => name),
    cut: [network.output],
  };
  return compileProgram({ network, plan, preprocessing, optimizer: null });
}

/**
 * Loads a file into a network, its own classifier included where it has one, and shows images to it: weights that were read
 * in the wrong order, or photos prepared in the wrong way, are seen in what it takes them for.
 *
 * @throws ThawError `network.unknown`, `usage.invalid`, or what is wrong with the weights
 */
export async function checkClassifier(job: ClassifierJob): Promise<WeightsCheck> {
  const entry = findNetwork(job.network);
  const opened = await openWeights(job.weights);
  const directory = await mkdtemp(path.join(tmpdir(), 'thaw-check-'));
  try {
    const file = withMappingRules(opened, job.mapping);
    const classes = classesOf(entry, file);
    const network = classes === null ? entry.build() : entry.buildWithTop(classes);
    const { tensors, report } = loadWeights(network, file);
    const unfilled = [...report.skippedByShape.map(({ name }) => name), ...report.missing];
    const [first] = unfilled;
    if (first !== undefined) {
      throw new ThawError(
        'weights.mismatch',
        `An image is shown to a network that is whole; ${unfilled.length} of its tensors are not in ${file.path}, the first '${first}'.`,
        'See `thaw weights map`, and give rules with --map.',
      );
    }
    const preprocessing = { ...entry.preprocessing, ...(job.resize && { resize: job.resize }) };
    const program = programOf(network, preprocessing);
    using session = Session.load(directory, program.savedModel, program.signatures);
    assignValues(session, program, tensors);
    const top = classes === null ? null : job.top;
    const images: CheckedImage[] = [];
    for (const image of job.images) images.push(await checkImage(session, preprocessing, { image, top }));
    return {
      network: entry.name,
      path: file.path,
      format: file.format,
      loaded: report.loaded.length,
      unexpected: report.unexpected.length,
      classes,
      images,
    };
  } finally {
    opened.close();
    await rm(directory, { recursive: true, force: true });
  }
}
