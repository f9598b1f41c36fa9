import { hashFiles } from './files.ts';
import type { StoredWeights, WeightsFile } from './weights-file.ts';

/**
 * The weights of a file, without what else is in it.
 *
 * @param sha256 empty where nobody asks which file it is
 */
export function weightsOf(stored: StoredWeights, sha256 = ''): WeightsFile {
  const { path, format, framework, tensors } = stored;
  return {
    path,
    format,
    framework,
    sha256,
    tensors: new Map([...tensors].filter(([, { isWeight }]) => isWeight)),
    others: new Map([...tensors].filter(([, { isWeight }]) => !isWeight)),
    read: (name) => stored.read(name),
    close: () => stored.close(),
  };
}

/** The weights of a file, and the hash that tells the file from all others. */
export async function withHash(stored: StoredWeights): Promise<WeightsFile> {
  try {
    return weightsOf(stored, await hashFiles(stored.files));
  } catch (error) {
    stored.close();
    throw error;
  }
}
