import { chmodSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { Backup } from './backups.ts';
import { explainDatabaseError, unreadableDatabase } from './database-error.ts';
import type { DatabaseKind } from './database-kind.ts';
import { assertDatabaseFile, assertNotLost } from './database-file.ts';
import { inFileThread } from './file-thread.ts';
import type { FileReport, FileResults, FileWork } from './file-work.ts';
import { assertOurs, assertSound, migrate } from './migrate.ts';
import { networkDisk } from './network-disk.ts';

/** How long a statement waits for another process's transaction. */
const BUSY_MILLISECONDS = 5000;

/**
 * Another journal needs the file to itself for a moment, and SQLite does not wait for that by itself. Over a network the
 * write-ahead log would damage it: there the old journal does, and each commit waits for the disk.
 */
function useJournal(database: Database.Database, networked: boolean): void {
  const deadline = Date.now() + BUSY_MILLISECONDS;
  for (;;) {
    try {
      database.pragma(`journal_mode = ${networked ? 'truncate' : 'wal'}`);
      database.pragma(`synchronous = ${networked ? 'full' : 'normal'}`);
      return;
    } catch (error) {
      const busy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
      if (!busy || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

/** A database of Thaw's, open in this process. Every refusal comes out as a `ThawError`. */
export class Store {
  readonly kind: DatabaseKind;
  readonly path: string;
  /** The sort of disk that it lies on, in words, where that is one over a network; null for every other. */
  readonly networkDisk: string | null;
  readonly #database: Database.Database;

  constructor(kind: DatabaseKind, database: Database.Database, disk: string | null = null) {
    this.kind = kind;
    this.networkDisk = disk;
    this.path = database.name;
    this.#database = database;
  }

  /**
   * One consistent view, whatever other processes write meanwhile.
   *
   * @param doing completes "Could not ...": `read the run`
   */
  read<Result>(doing: string, action: (database: Database.Database) => Result): Result {
    return this.#explain(doing, () => this.#database.transaction(() => action(this.#database))());
  }

  /** All or nothing; holds the write lock from its start, so that what it reads still holds when it writes. */
  write<Result>(doing: string, action: (database: Database.Database) => Result): Result {
    return this.#explain(doing, () => this.#database.transaction(() => action(this.#database)).immediate());
  }

  /** @throws ThawError `kind.unreadable` where SQLite's own check finds damage; reads the whole file */
  assertSound(): void {
    this.read(`check the ${this.kind.name}`, (database) => assertSound(database, this.kind));
  }

  /** @throws ThawError `kind.unreadable` where SQLite's own check finds damage */
  async check(): Promise<void> {
    const doing = `check the ${this.kind.name}`;
    const found = await this.#workThrough(doing, { kind: 'check', path: this.path });
    if (found !== null) throw unreadableDatabase(this.kind, this.path, `SQLite's check found: ${found}`);
  }

  /**
   * Has all of the file checked fully, and rows counted.
   *
   * @throws ThawError `kind.unreadable` where it is so damaged that it cannot be checked to its end
   */
  examine(tables: readonly string[], most: number): Promise<FileReport> {
    return this.#workThrough(`check the ${this.kind.name}`, { kind: 'examine', path: this.path, tables, most });
  }

  /** See `backups.ts`. @throws ThawError `kind.unreadable`, `disk.full`, `disk.readOnly` */
  backUp(): Promise<Backup> {
    return this.#workThrough(`back up the ${this.kind.name}`, { kind: 'backUp', path: this.path });
  }

  /**
   * Writes the file anew without what was deleted from it. Others can read meanwhile, not write, and it takes as much room
   * again.
   *
   * @throws ThawError `kind.unreadable`, `disk.full`, `disk.readOnly`; the file is then as it was
   */
  async vacuum(): Promise<void> {
    await this.#workThrough(`vacuum the ${this.kind.name}`, { kind: 'vacuum', path: this.path });
  }

  close(): void {
    this.#database.close();
  }

  /** In a thread of its own, as it may take seconds. */
  async #workThrough<Work extends FileWork>(doing: string, work: Work): Promise<FileResults[Work['kind']]> {
    try {
      return await inFileThread(work);
    } catch (error) {
      throw explainDatabaseError(error, this.kind, this.path, doing);
    }
  }

  #explain<Result>(doing: string, action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw explainDatabaseError(error, this.kind, this.path, doing);
    }
  }
}

/**
 * Opens a database below a workspace, making and migrating it where needed. Its folder is for its owner alone (0700).
 *
 * @param home THAW_HOME, above `path`
 * @param wrap what makes the store of the opened database, on a disk of that sort
 * @param diskOf see `networkDisk`
 * @throws ThawError `kind.unreadable`, `kind.newer`, `disk.readOnly`, `disk.full`
 */
export function openStore<Opened>(
  kind: DatabaseKind,
  { home, path }: { readonly home: string; readonly path: string },
  wrap: (database: Database.Database, disk: string | null) => Opened,
  diskOf: (folder: string) => string | null = networkDisk,
): Opened {
  let database: Database.Database | null = null;
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    chmodSync(dirname(path), 0o700);
    const disk = diskOf(realpathSync(dirname(path)));
    assertNotLost(kind, path);
    assertDatabaseFile(kind, path);
    database = new Database(path, { timeout: BUSY_MILLISECONDS });
    assertOurs(database, kind);
    useJournal(database, disk !== null);
    database.pragma('trusted_schema = off');
    migrate(database, kind);
    return wrap(database, disk);
  } catch (error) {
    database?.close();
    throw explainDatabaseError(error, kind, path, `open the ${kind.name}`);
  }
}
