import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { regularFileBytes, unreadable, unreadableFile } from './files.ts';
import { openHdf5 } from './hdf5-thread.ts';
import { fillNormalization } from './normalization-statistics.ts';
import { readMember, zipMembers } from './zip-members.ts';

const LARGEST_BYTES = 16 << 20;
const HEAD_BYTES = 4;
const SIGNATURES = { hdf5: '89484446', zip: '504b0304' } as const;

function tooLarge(file: string, bytes: number): ThawError {
  return unreadable(
    file,
    `The configuration of a model has at most ${LARGEST_BYTES} bytes; this one has ${bytes}.`,
    'Do not use this file.',
  );
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(
      file,
      'The configuration of a model is JSON; this one does not parse.',
      'Use another copy.',
      error,
    );
  }
}

/** The attribute `model_config` of a Keras .h5. */
async function ofHdf5(file: string, bytes: number): Promise<string | null> {
  const place = { path: file, offset: 0, bytes };
  const { result, close } = await openHdf5(place, { kind: 'configuration', largestBytes: LARGEST_BYTES });
  close();
  return result;
}

/** The `config.json` of a .keras archive. */
async function ofArchive(file: string): Promise<string | null> {
  const member = (await zipMembers(file)).get('config.json');
  if (!member) return null;
  if (member.bytes > LARGEST_BYTES) throw tooLarge(file, member.bytes);
  return new TextDecoder().decode(readMember(file, member));
}

/** tfjs keeps the configuration as `modelTopology`, with Keras' version beside it where Keras wrote it. */
async function ofTfjs(file: string, bytes: number): Promise<unknown> {
  if (bytes > LARGEST_BYTES) throw tooLarge(file, bytes);
  const json = parsed(file, await readFile(file, 'utf8'));
  const topology: unknown =
    typeof json === 'object' && json !== null && 'modelTopology' in json ? json.modelTopology : null;
  // A GraphModel's topology is a graph of TensorFlow's, not a configuration.
  if (typeof topology !== 'object' || topology === null || 'node' in topology) return null;
  return 'model_config' in topology ? topology.model_config : topology;
}

function noModel(file: string): ThawError {
  return unreadable(
    file,
    'A whole model is a Keras .h5 that model.save() wrote, a .keras archive, or a tfjs LayersModel; this file has no configuration of one.',
    'Choose a network of `thaw networks` and give the file as --weights, or save the whole model.',
  );
}

/**
 * The configuration that a file of a whole model keeps beside its weights, as its framework wrote it but for what
 * Normalization layers learnt, which stands among the weights. Nothing of it is run.
 *
 * @param given a Keras .h5 or .keras, or a tfjs LayersModel: its model.json, or the folder of that
 * @throws ThawError `weights.missing`, or `weights.unreadable` for a file of weights alone
 */
export async function readModelConfiguration(given: string): Promise<unknown> {
  const found = await stat(given).catch(() => null);
  const file = found?.isDirectory() === true ? path.join(given, 'model.json') : given;
  const size = await regularFileBytes(file).catch((error: unknown) => {
    if (error instanceof ThawError) throw error;
    throw new ThawError(
      'weights.missing',
      `A model is a file, or the folder of its model.json; nothing is at ${file}.`,
      'Check the path.',
    );
  });
  let head: string;
  try {
    await using handle = await open(file, 'r');
    const { buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    head = buffer.toString('hex');
  } catch (error) {
    throw unreadableFile(file, error);
  }
  const isText = /^(?:efbbbf)?(?:20|0a|0d|09)*7b/.test(head);
  const text =
    head === SIGNATURES.hdf5 ? await ofHdf5(file, size) : head === SIGNATURES.zip ? await ofArchive(file) : null;
  const configuration = text === null ? (isText ? await ofTfjs(file, size) : null) : parsed(file, text);
  if (configuration === null || configuration === undefined) throw noModel(file);
  await fillNormalization(configuration, given);
  return configuration;
}
