import { stat } from 'node:fs/promises';
import type { ZipMember } from '../numpy/zip-reader.ts';
import { METHODS } from '../numpy/zip-structures.ts';
import { DAMAGED_HINT, unreadable } from './files.ts';
import type { Hdf5Place } from './hdf5-task.ts';
import { openHdf5Weights } from './hdf5-weights.ts';
import { layerConfigurations } from './keras-config.ts';
import type { StoredWeights } from './weights-file.ts';
import { readMember, storedMemberStart } from './zip-members.ts';

const LARGEST_CONFIGURATION_BYTES = 64 << 20;
const WEIGHTS_MEMBER = 'model.weights.h5';

/**
 * Opens an HDF5 file of Keras': weights alone or a whole model of Keras 2, or the `.weights.h5` of Keras 3.
 *
 * @throws ThawError `weights.unreadable` for a truncated or damaged file, or one that is not Keras'
 */
export async function openKerasHdf5(path: string): Promise<StoredWeights> {
  const { size } = await stat(path);
  return openHdf5Weights({ path, offset: 0, bytes: size }, null);
}

/** Whether a zip archive is a `.keras` model. */
export function isKerasArchive(members: ReadonlyMap<string, ZipMember>): boolean {
  return members.has('config.json') && members.has('metadata.json');
}

function configurationOf(path: string, members: ReadonlyMap<string, ZipMember>): unknown {
  const member = members.get('config.json');
  if (member === undefined || member.bytes > LARGEST_CONFIGURATION_BYTES) {
    throw unreadable(
      path,
      `The config.json of a .keras archive has at most ${LARGEST_CONFIGURATION_BYTES} bytes; this one has ${member?.bytes ?? 'none'}.`,
      DAMAGED_HINT,
    );
  }
  try {
    return JSON.parse(new TextDecoder().decode(readMember(path, member)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unreadable(
      path,
      'The config.json of a .keras archive is JSON; this one does not parse.',
      DAMAGED_HINT,
      error,
    );
  }
}

async function weightsPlace(path: string, members: ReadonlyMap<string, ZipMember>): Promise<Hdf5Place> {
  const member = members.get(WEIGHTS_MEMBER);
  if (member === undefined) {
    const [first = 'nothing'] = [...members.keys()].filter((name) => name.startsWith('model.'));
    throw unreadable(
      path,
      `A .keras archive holds its weights in '${WEIGHTS_MEMBER}'; this one has ${first}.`,
      'Save the model again with model.save("name.keras").',
    );
  }
  if (member.method !== METHODS.stored) {
    // Keras stores it as it is; whoever packed the archive again did so with all that is in it.
    return { path, offset: 0, bytes: member.bytes, content: readMember(path, member) };
  }
  return { path, offset: await storedMemberStart(path, member), bytes: member.bytes };
}

/**
 * Opens a `.keras` archive, of Keras 3 or of tf.keras: its configuration tells the names of its layers.
 *
 * @throws ThawError `weights.unreadable`
 */
export async function openKerasArchive(path: string, members: ReadonlyMap<string, ZipMember>): Promise<StoredWeights> {
  const configurations = layerConfigurations(configurationOf(path, members));
  return openHdf5Weights(await weightsPlace(path, members), configurations);
}
