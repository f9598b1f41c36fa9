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

const CHANNELS = 3;
/** Of the largest value: GPUs round as they like, and otherwise for other sizes of a batch. */
const ROUNDING = 1e-2;

function refuse(found: string): ThawError {
  return new ThawError(
    'network.invalid',
    `A graph gives [batch, features] or [batch, height, width, channels], one row an image; ${found}.`,
    'Choose another tensor as output.',
  );
}

/** Noise, from the same seed the same, in a range of brightness of its own: no two batches have the same statistics. */
function imageOf(seed: number, bytes: number, dark: number, bright: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: bytes }, () => {
    // The generator of `rand` in C (POSIX), of which the upper bits are used.
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return dark + ((state >>> 16) % (bright - dark));
  });
}

/** What a graph gives for images, row by row. @throws ThawError `network.invalid` for what has no row for each */
function rowsOf(session: Session, images: readonly Uint8Array[]): Rows {
  const output = session.run('activations', { images: { data: [Buffer.concat(images)], shape: [] } })['output'];
  if (!(output?.data instanceof Float32Array)) throw refuse('this one gives no float32');
  const { data } = output;
  const [batch, ...shape] = output.shape;
  if (batch !== images.length || ![1, 3].includes(shape.length) || shape.includes(0)) {
    throw refuse(`of ${images.length} images this one gives [${output.shape.join(', ')}]`);
  }
  if (!data.every(Number.isFinite)) throw refuse('this one gives values that are no finite numbers');
  const size = data.length / batch;
  return { shape, rows: images.map((_, row) => data.subarray(row * size, (row + 1) * size)) };
}

interface Rows {
  /** Batch left out. */
  readonly shape: readonly number[];
  readonly rows: readonly Float32Array[];
}

function isSame(left: Float32Array, right: Float32Array): boolean {
  const largest = left.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    left.length === right.length && left.every((value, at) => Math.abs(value - (right[at] ?? 0)) <= largest * ROUNDING)
  );
}

/** @throws ThawError `network.invalid` where what an image gives depends on the others of its batch, or on how many there are */
function probeRows(session: Session, bytes: number): readonly number[] {
  const [first, second, third] = [
    imageOf(1, bytes, 60, 200),
    imageOf(2, bytes, 0, 80),
    imageOf(3, bytes, 120, 255),
  ] as const;
  const pair = rowsOf(session, [first, second]);
  const cases: readonly (readonly [row: number, other: Rows, place: number])[] = [
    [0, rowsOf(session, [first, third]), 0],
    [1, rowsOf(session, [third, second]), 1],
    [1, rowsOf(session, [second]), 0],
  ];
  const none = new Float32Array(0);
  if (cases.every(([row, other, place]) => isSame(pair.rows[row] ?? none, other.rows[place] ?? none)))
    return pair.shape;
  throw refuse('what this one gives for an image depends on the other images of its batch');
}

/**
 * Runs a graph on a few images, for only TensorFlow knows what its ops give.
 *
 * @returns the shape of its output, batch left out
 * @throws ThawError `network.invalid` for an output that is no features, `weights.mismatch`, `graph.invalid`, `runtime.failed`
 */
export async function probeGraph({ record, weights }: GraphProbeJob): Promise<readonly number[]> {
  const { network, preprocessing } = openGraphRecord(record);
  const file = await openWeights(weights);
  const directory = await mkdtemp(path.join(tmpdir(), 'thaw-graph-'));
  try {
    const { tensors } = loadWeights(network, file);
    const program = compileActivations(network, network.output, preprocessing);
    const savedModel = encodeSavedModel(program.graph, program.signatures);
    using session = Session.load(directory, savedModel, program.signatures, [network.output]);
    // Whoever asked may end this process at any moment.
    await rm(directory, { recursive: true, force: true });
    session.run('assign', program.assignFeeds(tensors));
    return probeRows(session, record.height * record.width * CHANNELS);
  } finally {
    file.close();
    await rm(directory, { recursive: true, force: true });
  }
}
