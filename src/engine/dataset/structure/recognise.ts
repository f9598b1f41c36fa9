import type { DatasetStructure } from '../../../shared/contract/dataset-structure.ts';
import { hasIdxFiles, listIdx } from '../idx/list-idx.ts';
import { listManifest, recogniseManifest } from '../manifest/list-manifest.ts';
import { listClassFolders, listSplitFolders } from './class-folders.ts';
import { filesOf, foldersOf, hasSplits, splitLayout, type Base } from './folder-layout.ts';
import type { StructureListing } from './listing.ts';
import { listNamedFiles, recogniseNames } from './named-files.ts';
import { listUnlabelled } from './unlabelled.ts';

/**
 * How a folder says what its images are: all structures that fit, the one that is meant first. What a folder says most
 * plainly counts: splits of class folders, then a manifest that names its files.
 *
 * @throws ThawError `dataset.classes` for two folders of one split
 */
export async function recogniseStructures(base: Base): Promise<readonly [DatasetStructure, ...DatasetStructure[]]> {
  const layout = await splitLayout(base);
  const folders = foldersOf(base.entries).length;
  const fitting: DatasetStructure[] = [];
  const onlySplits = layout.splits.size > 0 && layout.splits.size === folders;
  const classesWithin = [...layout.splits.values()].some(({ classes }) => classes.length > 0);
  if (classesWithin && (hasSplits(layout) || onlySplits)) fitting.push({ kind: 'splitFolders' });
  const manifest = await recogniseManifest(base);
  if (manifest !== null) fitting.push({ kind: 'manifest', file: manifest });
  if (hasIdxFiles(base)) fitting.push({ kind: 'idx' });
  if (folders > 1 && !hasSplits(layout)) fitting.push({ kind: 'classFolders' });
  if (!classesWithin && (folders <= 1 || hasSplits(layout))) {
    const pattern = await recogniseNames(base);
    if (pattern !== null) fitting.push({ kind: 'namedFiles', pattern });
  }
  if (fitting.length === 0 && folders > 0) fitting.push({ kind: hasSplits(layout) ? 'splitFolders' : 'classFolders' });
  if (fitting.length === 0 && filesOf(base.entries).length === 0) fitting.push({ kind: 'classFolders' });
  const [first = { kind: 'unlabelled' }, ...others] = fitting;
  return first.kind === 'unlabelled' ? [first] : [first, ...others, { kind: 'unlabelled' }];
}

/**
 * What a structure makes of a folder.
 *
 * @throws ThawError where the folder is not laid out so
 */
export function listStructure(
  base: Base,
  structure: DatasetStructure,
  signal: AbortSignal | undefined,
): Promise<StructureListing> {
  switch (structure.kind) {
    case 'classFolders':
      return listClassFolders(base, signal);
    case 'splitFolders':
      return listSplitFolders(base, signal);
    case 'namedFiles':
      return listNamedFiles(base, structure.pattern, signal);
    case 'manifest':
      return listManifest(base, structure);
    case 'idx':
      return listIdx(base, signal);
    case 'unlabelled':
      return listUnlabelled(base);
  }
}
