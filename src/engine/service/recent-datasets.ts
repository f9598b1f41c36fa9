import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { datasetStructure, type DatasetStructure } from '../../shared/contract/dataset-structure.ts';
import type { RecentDataset } from '../../shared/contract/dataset-view.ts';
import type { ServiceContext } from './context.ts';
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

/** Remembers a folder or features file as opened now, in the structure that was asked for. That it cannot be remembered is no reason not to open it. */
export function noteRecent(context: ServiceContext, root: string, structure?: DatasetStructure): void {
  const others = read(context).filter((recent) => recent.root !== root);
  const datasets = [{ root, ...(structure && { structure }), openedAt: Date.now() }, ...others].slice(0, MOST_RECENT);
  try {
    writeAside(fileOf(context), `${JSON.stringify({ schemaVersion: 1, datasets }, null, 2)}\n`);
  } catch {
    // The disk is full or read-only: what matters will say so.
  }
}

/** What was opened last, the newest first; each may be opened by its grant. */
export async function listRecent(context: ServiceContext): Promise<RecentDataset[]> {
  return Promise.all(
    read(context).map(async ({ root, structure, openedAt }): Promise<RecentDataset> => {
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
