import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { compileActivations } from '../graph/activation-program.ts';
import { encodeSavedModel } from '../graph/saved-model.ts';
import { openGraphRecord, type GraphRecord } from '../network/foreign/graph-record.ts';
import { Session } from '../runtime/session.ts';
import { loadWeights } from '../weights/load.ts';
import { openWeights } from '../weights/open.ts';

/** What a process is asked once. */
export interface GraphProbeJob {
  /** Its shape is what is looked for, and none yet. */
  readonly record: GraphRecord;
  readonly weights: string;
}

const IMAGES = 2;
const CHANNELS = 3;

function refuse(found: string): ThawError {
  return new ThawError(
    'network.invalid',
    `A graph gives [batch, features] or [batch, height, width, channels], one row an image; ${found}.`,
    'Choose another tensor with --output.',
  );
}

/**
 * Runs a graph once, on two images that are black, for only TensorFlow knows what its ops give.
 *
 * @returns the shape of its output, batch left out
 * @throws ThawError `network.invalid` for an output that is no features, `weights.mismatch`, `graph.invalid`, `runtime.failed`
 */
export async function probeGraph({ record, weights }: GraphProbeJob): Promise<readonly number[]> {
  const { network, preprocessing } = openGraphRecord(record);
  const file = await openWeights(weights);
  const directory = await mkdtemp(path.join(tmpdir(), 'thaw-graph-'));
  try {
    const { tensors, report } = loadWeights(network, file);
    const [missing] = [...report.missing, ...report.skippedByShape.map(({ name }) => name)];
    if (missing !== undefined) throw new TypeError(`The graph's own file has no '${missing}'.`);
    const program = compileActivations(network, network.output, preprocessing);
    const savedModel = encodeSavedModel(program.graph, program.signatures);
    using session = Session.load(directory, savedModel, program.signatures, [network.output]);
    session.run('assign', program.assignFeeds(tensors));
    const pixels = new Uint8Array(IMAGES * record.height * record.width * CHANNELS);
    const output = session.run('activations', { images: { data: [pixels], shape: [] } })['output'];
    if (!(output?.data instanceof Float32Array)) throw refuse('this one gives no float32');
    const [batch, ...shape] = output.shape;
    if (batch !== IMAGES || ![1, 3].includes(shape.length) || shape.includes(0)) {
      throw refuse(`of ${IMAGES} images this one gives [${output.shape.join(', ')}]`);
    }
    return shape;
  } finally {
    file.close();
    await rm(directory, { recursive: true, force: true });
  }
}
