import { copyFile, link, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * The same bytes under a second name, which outlive the first; copied where the file system knows no such thing. Only for
 * files that are replaced as a whole when they change.
 */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw error;
    await copyFile(from, to);
  }
}

/** The files of a folder under second names in another, which is made; those that are still being written are left out. */
export async function linkFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const file of await readdir(from)) {
    if (!file.endsWith('.part')) await linkOrCopy(path.join(from, file), path.join(to, file));
  }
}
