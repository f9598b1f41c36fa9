import type { DatasetIndex } from './dataset-index.ts';

/** @returns the id by which the index knows the dataset at `root` (absolute, links resolved), now opened; new where it was unknown */
export function enterDataset(index: DatasetIndex, root: string): number {
  return index.write('note the dataset', (database) => {
    const id = database
      .prepare<[string, number], number>(
        `INSERT INTO dataset (root, opened_at) VALUES (?, ?)
         ON CONFLICT (root) DO UPDATE SET opened_at = excluded.opened_at RETURNING id`,
      )
      .pluck()
      .get(root, Date.now());
    if (id === undefined) throw new TypeError('SQLite returns the row that it wrote.');
    return id;
  });
}

/** The id of the dataset at `root`; null where the index knows none. */
export function knownDataset(index: DatasetIndex, root: string): number | null {
  return index.read('look for the dataset', (database) => {
    return database.prepare<[string], number>('SELECT id FROM dataset WHERE root = ?').pluck().get(root) ?? null;
  });
}
