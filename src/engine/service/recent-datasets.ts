import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import {
  datasetStructure,
  type DatasetStructure,
  type OpenedStructure,
} from '../../shared/contract/dataset-structure.ts';
import type { RecentDataset } from '../../shared/contract/dataset-view.ts';
import type { ServiceContext } from './context.ts';
import { locatedFolder } from './located-dataset.ts';
import { isFeaturesFile } from './resolve-references.ts';
import { writeAside } from './write-aside.ts';

const MOST_RECENT = 12;

const recentFile = z.strictObject({
  schemaVersion: z.literal(1),
  datasets: z.array(
    z.strictObject({ root: z.string().min(1), structure: datasetStructure.optional(), openedAt: z.int() }),
  ),
});
type Recent = z.infer<typeof recentFile>['datasets'][number];

const fileOf = (context: ServiceContext): string => path.join(context.home, 'recent-datasets.json');

/** A list of conveniences: one that cannot be read is an empty one. */
function read(context: ServiceContext): readonly Recent[] {
  try {
    return recentFile.parse(JSON.parse(readFileSync(fileOf(context), 'utf8'))).datasets;
  } catch {
    return [];
  }
}

/** How a folder was said to be laid out: now, or earlier and recognised to be so now. */
function structureSaid(
  before: Recent | undefined,
  { structure, recognised }: Pick<OpenedStructure, 'structure' | 'recognised'>,
): DatasetStructure | undefined {
  if (!recognised) return structure;
  const same = JSON.stringify(before?.structure) === JSON.stringify(structure);
  return same ? before?.structure : undefined;
}

/**
 * Remembers a folder or features file as opened now. That it cannot be remembered is no reason not to open it.
 *
 * @param opened of a folder; a structure that was merely recognised is not remembered
 */
export function noteRecent(
  context: ServiceContext,
  root: string,
  opened?: Pick<OpenedStructure, 'structure' | 'recognised'>,
): void {
  const before = read(context);
  const said =
    opened &&
    structureSaid(
      before.find((recent) => recent.root === root),
      opened,
    );
  const others = before.filter((recent) => recent.root !== root);
  const datasets = [{ root, ...(said && { structure: said }), openedAt: Date.now() }, ...others].slice(0, MOST_RECENT);
  try {
    writeAside(fileOf(context), `${JSON.stringify({ schemaVersion: 1, datasets }, null, 2)}\n`);
  } catch {
    // The disk is full or read-only: what matters will say so.
  }
}

/** What was opened last, the newest first; each may be opened by its grant. */
export async function listRecent(context: ServiceContext): Promise<RecentDataset[]> {
  const recent = read(context).map((one) => ({ ...one, root: locatedFolder(context, one.root) }));
  // A folder that was moved may stand there under both places.
  const once = recent.filter(({ root }, place) => recent.findIndex((other) => other.root === root) === place);
  return Promise.all(
    once.map(async ({ root, structure, openedAt }): Promise<RecentDataset> => {
      const found = await stat(root).catch(() => null);
      return {
        grantId: context.grants.idOf(root),
        name: path.basename(root) || root,
        root,
        ...(structure && { structure }),
        openedAt,
        exists: found !== null && found.isDirectory() !== isFeaturesFile(root),
      };
    }),
  );
}
