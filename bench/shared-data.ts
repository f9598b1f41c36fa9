import { existsSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

/** The photos and weights of the figures; they stand beside a checkout (THAW_SHARED names another place). */
export interface SharedData {
  readonly dataset: string;
  readonly weights: string;
}

/** @throws Error naming what is absent */
export function findSharedData(): SharedData {
  const shared = path.resolve(ROOT, process.env['THAW_SHARED'] ?? '../shared');
  const dataset = path.join(shared, 'data', 'hymenoptera', 'hymenoptera_data');
  const weights = path.join(shared, 'weights', 'keras', 'mobilenet_2_5_224_tf_no_top.h5');
  for (const needed of [dataset, weights]) {
    if (!existsSync(needed))
      throw new Error(`This bench needs ${needed}; set THAW_SHARED to the folder of shared data.`);
  }
  return { dataset, weights };
}
