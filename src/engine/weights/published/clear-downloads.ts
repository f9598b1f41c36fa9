import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { holdDownload } from './download-lock.ts';

/** What stands beside a file of weights while it comes. */
const COMPANION = /\.(?:part|part\.json|lock)$/;

async function removeAll(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    const found = await stat(file).catch(() => null);
    await rm(file, { force: true });
    bytes += found?.size ?? 0;
  }
  return bytes;
}

/**
 * Removes downloaded weights and parts of them, but for what is being downloaded at the moment.
 *
 * @param folder see `weightsFile`
 * @returns the bytes that were freed
 * @throws the file system's error when something cannot be removed
 */
export async function clearDownloads(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  let bytes = 0;
  for (const [file, own] of Map.groupBy(files, (name) => name.replace(COMPANION, ''))) {
    try {
      await using stack = new AsyncDisposableStack();
      stack.use(await holdDownload(`${file}.lock`, path.basename(file)));
      bytes += await removeAll(own.filter((name) => name !== `${file}.lock`));
    } catch (error) {
      // Whoever downloads it needs it.
      if (!(error instanceof ThawError && error.code === 'run.busy')) throw error;
    }
  }
  return bytes;
}
