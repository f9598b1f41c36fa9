import { existsSync } from 'node:fs';
import type { DatasetSource } from '../../shared/contract/plan.ts';
import { presentRoot } from '../dataset/index/relocate.ts';
import type { ServiceContext } from './context.ts';

type Context = Pick<ServiceContext, 'indexIfAny'>;

/** Where a folder lies now that is not where it was, as the index knows; the same path where it is, or is known nowhere else. */
export function locatedFolder(context: Context, path: string): string {
  if (existsSync(path)) return path;
  const index = context.indexIfAny;
  return (index && presentRoot(index, path)) ?? path;
}

/** A dataset where it lies now. */
export function locatedDataset(context: Context, source: DatasetSource): DatasetSource {
  return source.kind === 'folder' ? { ...source, path: locatedFolder(context, source.path) } : source;
}
