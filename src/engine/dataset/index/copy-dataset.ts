import type { DatasetIndex } from './dataset-index.ts';
import { enterDataset, knownDataset } from './indexed-dataset.ts';

/** What is kept of a dataset besides its root, in an order in which what is referred to comes first. */
const TABLES = {
  dataset_file: 'path, bytes, modified, changed, content_hash, problem',
  image_edit: 'path, class_name, split, excluded, tags',
  edited_image: 'path, content_hash, copies',
  edit_step: 'sequence, words, at, undone',
  edit_change: 'sequence, path, before, after',
} as const;

/**
 * Has the index know another copy of a dataset, unless it does, with all that is known of it and was decided of its images.
 *
 * @param from its id
 * @param to where the copy lies
 * @returns the id of the copy
 */
export function copyDataset(index: DatasetIndex, from: number, to: string): number {
  return index.write('note a copy of the dataset', (database) => {
    // Another process may have read it at the same time.
    const known = knownDataset(index, to);
    if (known !== null) return known;
    const copy = enterDataset(index, to);
    for (const [table, columns] of Object.entries(TABLES)) {
      database
        .prepare<[number, number]>(
          `INSERT INTO ${table} (dataset_id, ${columns}) SELECT ?, ${columns} FROM ${table} WHERE dataset_id = ?`,
        )
        .run(copy, from);
    }
    database.prepare<[string]>('DELETE FROM dataset_former_root WHERE root = ?').run(to);
    return copy;
  });
}
