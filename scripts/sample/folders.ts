import path from 'node:path';

const RESOURCES = path.resolve(import.meta.dirname, '../../resources');

/** The dataset that ships. */
export const SAMPLE_FOLDER = path.join(RESOURCES, 'sample');

/** The weights that ship. */
export const WEIGHTS_FILE = path.join(RESOURCES, 'networks', 'mobilenet_v1_0.25_96', 'weights.safetensors');

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
