import { setImmediate } from 'node:timers/promises';
import type { KnownFile } from '../examine-file.ts';
import type { DatasetIndex } from './dataset-index.ts';

/** Rows that are read or written at a time: between them others have their turn. */
export const SLICE = 2_000;

type FileRow = readonly [
  path: string,
  bytes: number,
  modified: number,
  changed: number,
  contentHash: string | null,
  problem: string | null,
];

function fileOf([, bytes, modified, changed, contentHash, problem]: FileRow): KnownFile {
  const state = { bytes, modified, changed };
  return contentHash === null ? { state, contentHash, problem: problem ?? '' } : { state, contentHash, problem: null };
}

/** What the index knows of a dataset's files, by path. @throws the signal's reason */
export async function knownFiles(
  index: DatasetIndex,
  dataset: number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, KnownFile>> {
  const files = new Map<string, KnownFile>();
  for (let after = ''; ;) {
    const rows = index.read('read the files of the dataset', (database) =>
      database
        .prepare<[number, string, number], FileRow>(
          `SELECT path, bytes, modified, changed, content_hash, problem FROM dataset_file
           WHERE dataset_id = ? AND path > ? ORDER BY path LIMIT ?`,
        )
        .raw()
        .all(dataset, after, SLICE),
    );
    for (const row of rows) files.set(row[0], fileOf(row));
    const last = rows.at(-1);
    if (!last || rows.length < SLICE) return files;
    [after] = last;
    await setImmediate();
    signal?.throwIfAborted();
  }
}
