import { open, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

async function sync(place: string): Promise<void> {
  // A file that is read only can be synced too, and a folder cannot be opened otherwise.
  const handle = await open(place, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // File systems that cannot sync a folder say EINVAL, Windows EPERM: there the order of renames is theirs.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EINVAL' && code !== 'EPERM') throw error;
  } finally {
    await handle.close();
  }
}

/**
 * Gives a folder that was written aside its name, so that it has it with all its content or not at all, also when the power
 * fails: files, then their folder, then the rename.
 *
 * @param target must not be there
 */
export async function publishFolder(aside: string, target: string): Promise<void> {
  const files = await readdir(aside);
  await Promise.all(files.map((file) => sync(path.join(aside, file))));
  await sync(aside);
  await rename(aside, target);
  await sync(path.dirname(target));
}

/** Replaces a small file as a whole, with the same promise. */
export async function replaceFile(file: string, content: string): Promise<void> {
  await writeFile(`${file}.part`, content, { flush: true });
  await rename(`${file}.part`, file);
  await sync(path.dirname(file));
}
