import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { DatabaseKind } from '../../sqlite/database-kind.ts';
import { openStore, Store } from '../../sqlite/store.ts';
import { DATASETS } from './migrations/0001-datasets.ts';
import { EDITED_IMAGES } from './migrations/0002-edited-images.ts';

export const DATASET_INDEX: DatabaseKind = {
  // 'ThDS'.
  applicationId: 0x54684453,
  name: 'index of datasets',
  begunAnew: 'Thaw then reads datasets anew, without the edits that were made of them',
  recovery: null,
  migrations: [
    { version: 1, statements: DATASETS },
    { version: 2, statements: EDITED_IMAGES },
  ],
  unreadable: 'index.unreadable',
  newer: 'index.newer',
};

/** Where the index of a workspace lies. */
export function indexPath(home: string): string {
  return join(home, 'datasets', 'index.db');
}

/** What one workspace knows of its datasets, open in this process. Every refusal comes out as a `ThawError`. */
export class DatasetIndex extends Store {
  /** Whether what is written to it outlives this process. */
  readonly kept: boolean;

  constructor(database: Database.Database, kept: boolean, disk: string | null = null) {
    super(DATASET_INDEX, database, disk);
    this.kept = kept;
  }
}

/**
 * Opens the index of a workspace, making and migrating it where needed. Its folder is for its owner alone (0700).
 *
 * @param home THAW_HOME
 * @throws ThawError `index.unreadable`, `index.newer`, `disk.readOnly`, `disk.full`
 */
export function openDatasetIndex(home: string): DatasetIndex {
  return openStore(
    DATASET_INDEX,
    { home, path: indexPath(home) },
    (database, disk) => new DatasetIndex(database, true, disk),
  );
}
