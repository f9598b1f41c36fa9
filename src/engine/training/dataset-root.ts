import path from 'node:path';
import type { DatasetSource } from '../../shared/contract/plan.ts';
import { RESOURCES } from './resources.ts';

/** The folder that a dataset lies in. */
export function datasetRoot(source: DatasetSource): string {
  return source.kind === 'folder' ? source.path : path.join(RESOURCES, 'sample');
}
