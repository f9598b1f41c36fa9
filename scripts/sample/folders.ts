import path from 'node:path';
import { DEFAULT_NETWORK, findNetwork } from '../../src/engine/network/registry.ts';
import { RESOURCES } from '../../src/engine/training/resources.ts';

/** The dataset that ships. */
export const SAMPLE_FOLDER = path.join(RESOURCES, 'sample');

/** The weights that ship. */
export const WEIGHTS_FILE = path.join(RESOURCES, findNetwork(DEFAULT_NETWORK).shipped ?? '');

/** A folder for what can be drawn or trained again. */
export function cacheFolder(name: string): string {
  const cache = process.env['THAW_CACHE'];
  if (cache === undefined || cache === '') {
    throw new Error(
      'THAW_CACHE must name the cache folder: start this with `node scripts/bootstrap/run.mjs <script>`.',
    );
  }
  return path.join(cache, name);
}
