import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CacheSummary } from '../../shared/contract/endpoint.ts';
import { explainDiskError } from '../../shared/errors/thaw-error.ts';
import { assertTrainerIdle } from '../experiment/trainer-lock.ts';
import type { ServiceContext } from './context.ts';

/** What can be computed again. The toolchain lies beside them and is never cleared with them. */
const DATA_CACHES = ['features', 'decoded'] as const;
const TOOLCHAIN = 'toolchain';

/** Files vanish while others work; what cannot be looked at counts nothing. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const found = await stat(path.join(entry.parentPath, entry.name)).catch(() => null);
    bytes += found?.size ?? 0;
  }
  return bytes;
}

/** Every cache with its size in bytes and the command that clears it, where one does. */
export async function showCaches(context: ServiceContext): Promise<CacheSummary[]> {
  const describe = async (name: string, clear: string | null): Promise<CacheSummary> => {
    const folder = path.join(context.cache, name);
    return { name, path: folder, bytes: await bytesBelow(folder), clear };
  };
  return Promise.all([...DATA_CACHES.map((name) => describe(name, 'thaw cache clear')), describe(TOOLCHAIN, null)]);
}

/**
 * Removes the data caches; what they held is computed again when needed.
 *
 * @throws ThawError `run.busy` while a trainer may be reading them, `disk.readOnly`
 */
export async function clearCaches(context: ServiceContext): Promise<{ bytes: number }> {
  assertTrainerIdle(context.log);
  let bytes = 0;
  for (const name of DATA_CACHES) {
    const folder = path.join(context.cache, name);
    bytes += await bytesBelow(folder);
    try {
      await rm(folder, { recursive: true, force: true });
    } catch (error) {
      throw explainDiskError(error, 'clear the caches');
    }
  }
  return { bytes };
}
