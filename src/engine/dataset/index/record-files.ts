import { setImmediate } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { KnownFile } from '../examine-file.ts';
import type { FileChanges } from './compare-files.ts';
import type { DatasetIndex } from './dataset-index.ts';
import { SLICE } from './known-files.ts';

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

/**
 * Writes what became of a dataset's files. Moves and what is gone are written at once, so that an edit always is of a file
 * of the index; what is new or changed a slice after the other: each row holds by itself, and others have their turn.
 *
 * @param found by path, what is there
 * @throws ThawError `disk.full`, `disk.readOnly`, `index.unreadable`
 */
export async function recordFiles(
  index: DatasetIndex,
  dataset: number,
  changes: FileChanges,
  found: ReadonlyMap<string, KnownFile>,
): Promise<void> {
  const rows = (paths: readonly string[]): (readonly [string, KnownFile])[] =>
    paths.flatMap((path) => {
      const file = found.get(path);
      return file ? [[path, file] as const] : [];
    });
  const { added, changed, moved, removed, touched } = changes;
  if (moved.length + removed.length > 0) {
    index.write(DOING, (database) => {
      const drop = database.prepare<[number, string]>('DELETE FROM dataset_file WHERE dataset_id = ? AND path = ?');
      for (const path of [...removed, ...moved.map(({ from }) => from)]) drop.run(dataset, path);
      write(database, dataset, rows(moved.map(({ to }) => to)));
      // A change names its image once more in what it was and became.
      const statements = [
        'UPDATE OR REPLACE image_edit SET path = :to WHERE dataset_id = :dataset AND path = :from',
        `UPDATE OR REPLACE edit_change SET path = :to, before = json_replace(before, '$.path', :to),
           after = json_replace(after, '$.path', :to) WHERE dataset_id = :dataset AND path = :from`,
      ];
      for (const statement of statements) {
        const move = database.prepare<{ dataset: number; from: string; to: string }>(statement);
        for (const { from, to } of moved) move.run({ dataset, from, to });
      }
    });
  }
  const others = rows([...added, ...changed, ...touched]);
  for (let start = 0; start < others.length; start += SLICE) {
    await setImmediate();
    index.write(DOING, (database) => write(database, dataset, others.slice(start, start + SLICE)));
  }
}
