/** The thread that reads one HDF5 file: lists what it was started for, then answers for one tensor after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { ready, type Group } from 'h5wasm';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { unreadable } from './files.ts';
import { hdf5Problem, openHdf5, type Hdf5File } from './hdf5-file.ts';
import { checkClaims, type Hdf5Listing } from './hdf5-listing.ts';
import type { Hdf5Answer, Hdf5Job, Hdf5Request, Hdf5Results, Hdf5Task } from './hdf5-task.ts';
import { isLegacyLayout, listLegacyLayout } from './keras-h5.ts';
import { isVersion3Layout, listVersion3Layout } from './keras-v3.ts';

// Written by who starts this thread.
const { place, task, port, sent } = workerData as Hdf5Job;

function listed(
  listing: Hdf5Listing,
  { configurations }: Extract<Hdf5Task, { kind: 'weights' }>,
): Hdf5Results['weights'] {
  if (configurations !== null) {
    return { format: 'keras-archive', tensors: listVersion3Layout(listing, configurations) };
  }
  if (isLegacyLayout(listing)) return { format: 'keras-h5', tensors: listLegacyLayout(listing) };
  if (isVersion3Layout(listing)) return { format: 'keras-v3-h5', tensors: listVersion3Layout(listing, new Map()) };
  const found = listing.root.keys().slice(0, 5).join(', ');
  throw unreadable(
    listing.path,
    `A Keras .h5 names its layers in 'layer_names' or holds them in 'layers'; this HDF5 file does neither, and holds: ${found === '' ? 'nothing' : found}.`,
    'Save with model.save_weights("name.weights.h5") or model.save("name.keras").',
  );
}

/** The attribute `model_config` of a whole model. */
function configurationOf(root: Group, largestBytes: number): string | null {
  const found = root.attrs['model_config'];
  if (found === undefined) return null;
  const bytes = found.metadata.size * found.metadata.total_size;
  if (bytes > largestBytes) {
    throw unreadable(
      place.path,
      `The configuration of a model has at most ${largestBytes} bytes; this one has ${bytes}.`,
      'Do not use this file.',
    );
  }
  const { value } = found;
  return typeof value === 'string' ? value : null;
}

function resultOf({ library, root }: Hdf5File): Hdf5Results[keyof Hdf5Results] {
  if (task.kind === 'configuration') return configurationOf(root, task.largestBytes);
  const found = listed({ library, root, path: place.path, fileBytes: place.bytes }, task);
  checkClaims(place.path, found.tensors, place.bytes);
  return found;
}

function problem(error: unknown): Hdf5Answer<never> {
  return error instanceof ThawError
    ? { kind: 'refused', error: error.toJSON() }
    : { kind: 'failed', reason: hdf5Problem(error) };
}

async function start(): Promise<Hdf5File | null> {
  await ready;
  // From here on the file is what takes time.
  parentPort?.postMessage('ready');
  try {
    const file = await openHdf5(place);
    parentPort?.postMessage({ kind: 'done', result: resultOf(file) } satisfies Hdf5Answer<unknown>);
    return file;
  } catch (error) {
    parentPort?.postMessage(problem(error));
    return null;
  }
}

const file = await start();

function answer({ dataset, bytes }: Hdf5Request): void {
  let content: Uint8Array<ArrayBuffer> | null = null;
  let found: Hdf5Answer<Uint8Array<ArrayBuffer>>;
  try {
    content = file?.bytesOf(dataset, bytes) ?? new Uint8Array(0);
    found = { kind: 'done', result: content };
  } catch (error) {
    found = problem(error);
  }
  port.postMessage(found, content ? [content.buffer] : []);
  Atomics.add(sent, 0, 1);
  Atomics.notify(sent, 0);
}

port.on('message', answer);
