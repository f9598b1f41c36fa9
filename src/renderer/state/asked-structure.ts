import type { OpenedStructure } from '../../shared/contract/dataset-structure.ts';
import type { DatasetView, RecentDataset } from '../../shared/contract/dataset-view.ts';

/** How a folder was recognised to be laid out, until a person has agreed to it or said otherwise; null from then on. */
export function askedStructure(
  { source, structure, root }: Pick<DatasetView, 'source' | 'structure' | 'root'>,
  recent: readonly Pick<RecentDataset, 'root' | 'structure'>[],
): OpenedStructure | null {
  if (source.kind !== 'folder' || structure?.recognised !== true) return null;
  const said = recent.find((one) => one.root === root)?.structure;
  return said === undefined ? structure : null;
}
