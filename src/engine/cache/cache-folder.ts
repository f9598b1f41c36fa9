import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { chunkIdOf, isIndexFile } from './chunk.ts';

/** What has no index and is older than this was left behind by a process that died while writing. */
const ABANDONED_AFTER_MILLISECONDS = 3_600_000;

interface ChunkOnDisk {
  readonly files: { readonly path: string; readonly isIndex: boolean }[];
  bytes: number;
  /** When it was last used, or written where it has no index yet; milliseconds since 1970. */
  used: number;
  complete: boolean;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function chunksIn(folder: string): Promise<readonly ChunkOnDisk[]> {
  const chunks = new Map<string, ChunkOnDisk>();
  for (const name of await namesIn(folder)) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) continue;
    const id = chunkIdOf(name);
    const chunk = chunks.get(id) ?? { files: [], bytes: 0, used: 0, complete: false };
    const isIndex = isIndexFile(name);
    chunk.files.push({ path: file, isIndex });
    chunk.bytes += found.size;
    // Reading a column does not change its time, so where there is an index it is the index that tells.
    chunk.used = isIndex || !chunk.complete ? found.mtimeMs : chunk.used;
    chunk.complete ||= isIndex;
    chunks.set(id, chunk);
  }
  return [...chunks.values()];
}

async function removeFiles(chunk: ChunkOnDisk): Promise<void> {
  const indexFirst = chunk.files.toSorted((left, right) => Number(right.isIndex) - Number(left.isIndex));
  for (const file of indexFirst) await rm(file.path, { force: true }).catch(() => undefined);
}

/**
 * Brings a cache back under its limit: removes what dead processes left, then the chunks that were not used for longest,
 * whichever key they belong to. Only files are removed that nobody writes any more; who still reads one of them reads on,
 * or finds it gone and computes it again.
 *
 * @param root the folder that holds one folder for each key
 */
export async function evictLeastRecentlyUsed(root: string, limitBytes: number): Promise<void> {
  const folders = (await namesIn(root)).map((name) => path.join(root, name));
  const chunks = (await Promise.all(folders.map(chunksIn))).flat();
  const complete = chunks.filter((chunk) => chunk.complete).sort((left, right) => left.used - right.used);
  const abandoned = Date.now() - ABANDONED_AFTER_MILLISECONDS;
  for (const chunk of chunks) {
    if (!chunk.complete && chunk.used < abandoned) await removeFiles(chunk);
  }
  let total = complete.reduce((sum, chunk) => sum + chunk.bytes, 0);
  for (const chunk of complete) {
    if (total <= limitBytes) break;
    await removeFiles(chunk);
    total -= chunk.bytes;
  }
  // Fails, as it should, for every folder that is not empty.
  await Promise.all(folders.map((folder) => rmdir(folder).catch(() => undefined)));
}

/** Bytes in all files below a folder; 0 where there is none. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const sizes = entries.map(async (entry) => {
    if (!entry.isFile()) return 0;
    return (await stat(path.join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/**
 * Removes a cache.
 *
 * @returns the bytes that were freed
 * @throws the file system's error when something cannot be removed
 */
export async function clearFolder(folder: string): Promise<number> {
  const bytes = await folderBytes(folder);
  await rm(folder, { recursive: true, force: true });
  return bytes - (await folderBytes(folder));
}
