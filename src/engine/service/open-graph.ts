import path from 'node:path';
import type { Request } from '../../shared/contract/endpoint.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { modelFile } from '../network/config/model-record.ts';
import { graphName, graphText, type GraphRecord } from '../network/foreign/graph-record.ts';
import type { GraphProbeJob } from '../training/graph-probe.ts';
import { machineMemory } from '../training/memory.ts';
import { openStoredWeights } from '../weights/open.ts';
import { readImageGraph, type GraphFile } from '../weights/tensorflow/graph-model.ts';
import { askProcess } from './ask-process.ts';
import { MODELS, type ServiceContext } from './context.ts';
import { writeAside } from './write-aside.ts';

const USUAL_SIZE = 224;
/** For a few images: large networks take seconds, TensorFlow's own start included. */
const MOST_SECONDS = 180;
/** Of the machine's memory, the rest being left to what else runs. */
const MOST_MEMORY = 0.75;

function tooMuch(rule: string, code: 'network.invalid' | 'memory.full' = 'network.invalid'): ThawError {
  return new ThawError(
    code,
    `A graph is run on a few images when it is opened; this one was ended, as it took more than ${rule}.`,
    'Choose smaller images or an output nearer to the image; do not use a graph of unknown origin.',
  );
}

/**
 * Runs a graph on a few images in a process of its own, which ends with the service, or when it takes too much.
 *
 * @returns the shape of its output, batch left out
 */
async function probed(context: ServiceContext, job: GraphProbeJob): Promise<readonly number[]> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(tooMuch(`${MOST_SECONDS} seconds`)), MOST_SECONDS * 1000);
  const mostBytes = Math.floor(machineMemory().totalBytes * MOST_MEMORY);
  const reason = tooMuch(`${mostBytes} bytes of memory`, 'memory.full');
  try {
    return await context.tasks.run(undefined, 'image', ({ signal }) =>
      askProcess<readonly number[]>(
        context.entries.graph,
        job,
        'Running the graph once',
        AbortSignal.any([signal, late.signal]),
        { mostBytes, reason },
      ),
    );
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Opens a graph of TensorFlow's as a network: one layer that is computed as it came. It is run once, for what it gives.
 *
 * @param weights the path that was given, which its weights are read from
 * @returns the network's name, the file's, and how many values it gives
 * @throws ThawError `weights.unreadable`, `network.invalid` for what is not computed here, with the op and its place
 */
export async function openGraph(
  context: ServiceContext,
  found: GraphFile,
  weights: string,
  { size, pixels, input, output }: Omit<Request<'networks.open'>, 'file'>,
): Promise<{ readonly name: string; readonly title: string; readonly classes: number }> {
  const stored = await openStoredWeights(weights);
  let record: GraphRecord;
  try {
    const { title, graph, height, width } = await readImageGraph(found, stored, { input, output });
    const usual = size ?? USUAL_SIZE;
    const about = { version: 1, title, graph, pixels: pixels ?? 'signed' } as const;
    record = { ...about, height: height ?? usual, width: width ?? usual, shape: [1] };
  } finally {
    stored.close();
  }
  const job: GraphProbeJob = { record, weights };
  const shape = await probed(context, job);
  const text = graphText({ ...record, shape: [...shape] });
  const name = graphName(text);
  try {
    writeAside(modelFile(path.join(context.home, MODELS), name), text);
  } catch (error) {
    throw explainDiskError(error, 'keep the graph');
  }
  return { name, title: record.title, classes: shape.at(-1) ?? 0 };
}
