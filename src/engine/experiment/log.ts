import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { ThawError } from '../../shared/errors/thaw-error.ts';
import { unreadableDatabase } from '../sqlite/database-error.ts';
import type { DatabaseKind } from '../sqlite/database-kind.ts';
import { openStore, Store } from '../sqlite/store.ts';
import { MIGRATIONS } from './migrations/all.ts';

export const EXPERIMENT_LOG: DatabaseKind = {
  // 'Thaw'.
  applicationId: 0x54686177,
  name: 'experiment log',
  begunAnew: 'Thaw then begins an empty log',
  recovery: 'thaw log recover',
  migrations: MIGRATIONS,
  unreadable: 'log.unreadable',
  newer: 'log.newer',
};

/** Where the log of a workspace lies. */
export function logPath(home: string): string {
  return join(home, 'log', 'thaw.db');
}

/** Where a run keeps its checkpoints. */
export function runDirectory(home: string, runId: string): string {
  return join(home, 'runs', runId);
}

export function unreadableLog(path: string, found: string, cause?: unknown): ThawError {
  return unreadableDatabase(EXPERIMENT_LOG, path, found, cause);
}

/** The experiment log of one workspace, open in this process. Every refusal comes out as a `ThawError`. */
export class Log extends Store {
  readonly home: string;

  constructor(home: string, database: Database.Database, disk: string | null = null) {
    super(EXPERIMENT_LOG, database, disk);
    this.home = home;
  }
}

/**
 * Opens the log below a workspace, making and migrating it where needed. Its folder is for its owner alone (0700).
 *
 * @param home THAW_HOME
 * @param diskOf in words, the sort of disk that a folder lies on, where that is one over a network; as it is by default
 * @throws ThawError `log.unreadable`, `log.newer`, `disk.readOnly`, `disk.full`
 */
export function openLog(home: string, diskOf?: (folder: string) => string | null): Log {
  return openStore(
    EXPERIMENT_LOG,
    { home, path: logPath(home) },
    (database, disk) => new Log(home, database, disk),
    diskOf,
  );
}
