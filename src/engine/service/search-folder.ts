import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const PREFIX = 'search-';
/** No search takes so long: whoever made an older folder was ended before it could remove it. */
const LEFT_MILLISECONDS = 24 * 60 * 60 * 1000;

async function removeLeft(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = path.join(cache, name);
    const found = await stat(folder).catch(() => null);
    if (found && Date.now() - found.mtimeMs > LEFT_MILLISECONDS) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Gives a search a folder of its own, and removes it however that ends.
 *
 * @param cache THAW_CACHE
 */
export async function withSearchFolder<Result>(
  cache: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  await mkdir(cache, { recursive: true });
  await removeLeft(cache);
  const folder = await mkdtemp(path.join(cache, PREFIX));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
