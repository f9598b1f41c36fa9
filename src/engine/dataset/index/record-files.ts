import { setImmediate } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { KnownFile } from '../examine-file.ts';
import type { FileChanges } from './compare-files.ts';
import type { DatasetIndex } from './dataset-index.ts';
import { SLICE } from './known-files.ts';
import { moveEdits } from './move-edits.ts';

const DOING = 'write the files of the dataset';

function write(database: Database.Database, dataset: number, files: readonly (readonly [string, KnownFile])[]): void {
  const statement = database.prepare<[number, string, number, number, number, string | null, string | null]>(
    `INSERT INTO dataset_file (dataset_id, path, bytes, modified, changed, content_hash, problem)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (dataset_id, path) DO UPDATE SET bytes = excluded.bytes, modified = excluded.modified,
       changed = excluded.changed, content_hash = excluded.content_hash, problem = excluded.problem`,
  );
  for (const [path, { state, contentHash, problem }] of files) {
    statement.run(dataset, path, state.bytes, state.modified, state.changed, contentHash, problem);
  }
}

/** What is known of a dataset's files, by path, besides how they changed. */
interface ComparedFiles {
  /** What was known. */
  readonly known: ReadonlyMap<string, KnownFile>;
  /** What was found. */
  readonly found: ReadonlyMap<string, KnownFile>;
  /** Of `known`, where nothing is any more; what is neither was not looked at, and is there. */
  readonly gone: readonly string[];
}

function present({ known, found, gone }: ComparedFiles): ReadonlyMap<string, KnownFile> {
  const files = new Map(known);
  for (const path of gone) files.delete(path);
  for (const [path, file] of found) files.set(path, file);
  return files;
}

/**
 * Writes what became of a dataset's files. Moves and what is gone are written at once, and edits with them (`moveEdits`);
 * what is new or changed a slice after the other: each row holds by itself, and others have their turn.
 *
 * @throws ThawError `disk.full`, `disk.readOnly`, `index.unreadable`
 */
export async function recordFiles(
  index: DatasetIndex,
  dataset: number,
  changes: FileChanges,
  compared: ComparedFiles,
): Promise<void> {
  const { known, found } = compared;
  const rows = (paths: readonly string[]): (readonly [string, KnownFile])[] =>
    paths.flatMap((path) => {
      const file = found.get(path);
      return file ? [[path, file] as const] : [];
    });
  const { added, changed, moved, removed, touched } = changes;
  if (moved.length + removed.length + added.length + changed.length > 0) {
    index.write(DOING, (database) => {
      const drop = database.prepare<[number, string]>('DELETE FROM dataset_file WHERE dataset_id = ? AND path = ?');
      for (const path of [...removed, ...moved.map(({ from }) => from)]) drop.run(dataset, path);
      write(database, dataset, rows(moved.map(({ to }) => to)));
      const movedTo = new Set(moved.map(({ to }) => to));
      moveEdits(database, dataset, { before: known, now: () => present(compared), movedTo });
    });
  }
  const others = rows([...added, ...changed, ...touched]);
  for (let start = 0; start < others.length; start += SLICE) {
    await setImmediate();
    index.write(DOING, (database) => write(database, dataset, others.slice(start, start + SLICE)));
  }
}
