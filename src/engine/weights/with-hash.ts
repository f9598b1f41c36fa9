import { hashFiles } from './files.ts';
import type { StoredWeights, WeightsFile } from './weights-file.ts';

/** The weights of a file, without what else is in it, and the hash that tells the file from all others. */
export async function withHash(stored: StoredWeights): Promise<WeightsFile> {
  const { path, format, framework, tensors, files } = stored;
  try {
    return {
      path,
      format,
      framework,
      sha256: await hashFiles(files),
      tensors: new Map([...tensors].filter(([, { isWeight }]) => isWeight)),
      read: (name) => stored.read(name),
      close: () => stored.close(),
    };
  } catch (error) {
    stored.close();
    throw error;
  }
}
