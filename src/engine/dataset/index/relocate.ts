import { stat } from 'node:fs/promises';
import type { KnownFile } from '../examine-file.ts';
import type { DatasetIndex } from './dataset-index.ts';
import { knownDataset } from './indexed-dataset.ts';
import { knownFiles } from './known-files.ts';

/** Of what a dataset held, so much must be there for it to be the same one elsewhere, and so much in its own place. */
const SAME_CONTENT = 0.9;
const SAME_PATHS = 0.5;
/** And so much of what is there must be its own: a part of a dataset is not the dataset. */
const LEAST_OWN = 0.5;
/** So many datasets that have gone are looked through, those opened last first. */
const MOST_LOOKED_THROUGH = 16;

/** A dataset that lies, or lay, elsewhere. */
export interface OtherDataset {
  readonly id: number;
  readonly root: string;
  readonly files: ReadonlyMap<string, KnownFile>;
}

export async function isGone(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
}

/** Where the dataset lies that once lay at `root`, as the index knows; null where it knows of no such one. */
export function presentRoot(index: DatasetIndex, root: string): string | null {
  return index.read('look for where the dataset lies', (database) => {
    const statement = database.prepare<[string], string>(
      `SELECT dataset.root FROM dataset_former_root AS former JOIN dataset ON dataset.id = former.dataset_id
       WHERE former.root = ?`,
    );
    return statement.pluck().get(root) ?? null;
  });
}

/** The dataset that lay at `root` before it was found elsewhere, and is there still: `root` may be back, as a disk is. */
export async function formerDataset(
  index: DatasetIndex,
  root: string,
  signal: AbortSignal | undefined,
): Promise<OtherDataset | null> {
  const present = presentRoot(index, root);
  const id = present === null ? null : knownDataset(index, present);
  return present === null || id === null ? null : { id, root: present, files: await knownFiles(index, id, signal) };
}

/**
 * The dataset that may have been moved to where these files lie; null where none may have been.
 *
 * @param paths of the files that lie there, relative to their root
 */
export async function goneDataset(
  index: DatasetIndex,
  paths: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<OtherDataset | null> {
  const known = index.read('look for datasets that have gone', (database) =>
    database
      .prepare<[], { id: number; root: string }>('SELECT id, root FROM dataset ORDER BY opened_at DESC, id DESC')
      .all(),
  );
  let left = MOST_LOOKED_THROUGH;
  for (const { id, root } of known) {
    if (left === 0) return null;
    if (!(await isGone(root))) continue;
    signal?.throwIfAborted();
    left -= 1;
    const files = await knownFiles(index, id, signal);
    const here = [...files.keys()].reduce((sum, path) => sum + (paths.has(path) ? 1 : 0), 0);
    const [enough, most] = [files.size * SAME_PATHS, paths.size * LEAST_OWN];
    if (here > 0 && here >= enough && here >= most) return { id, root, files };
  }
  return null;
}

/** Whether files are those of another dataset: most of its content, most of it in its place, and not much else. */
export function isMoved({ files }: OtherDataset, found: ReadonlyMap<string, KnownFile>): boolean {
  const contents = new Set<string>();
  let present = 0;
  for (const { contentHash } of found.values()) {
    if (contentHash === null) continue;
    contents.add(contentHash);
    present += 1;
  }
  let [images, there, inPlace] = [0, 0, 0];
  for (const [path, { contentHash }] of files) {
    if (contentHash === null) continue;
    images += 1;
    if (contents.has(contentHash)) there += 1;
    if (found.get(path)?.contentHash === contentHash) inPlace += 1;
  }
  const isSame = there >= images * SAME_CONTENT && inPlace >= images * SAME_PATHS;
  return images > 0 && isSame && inPlace >= present * LEAST_OWN;
}

/** Notes that a dataset lies elsewhere now, with all that is known of it and the edits of it. */
export function relocate(index: DatasetIndex, { id, root }: Pick<OtherDataset, 'id' | 'root'>, to: string): void {
  index.write('note where the dataset lies', (database) => {
    const now = Date.now();
    database.prepare('UPDATE dataset SET root = ?, opened_at = ? WHERE id = ?').run(to, now, id);
    // Back in an earlier place it is in no former one.
    database.prepare('DELETE FROM dataset_former_root WHERE root = ?').run(to);
    database
      .prepare('INSERT OR REPLACE INTO dataset_former_root (root, dataset_id, moved_at) VALUES (?, ?, ?)')
      .run(root, id, now);
  });
}
