import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { explainDatabaseError, unreadableDatabase } from './database-error.ts';
import type { DatabaseKind } from './database-kind.ts';
import { assertOurs, assertSound, migrate } from './migrate.ts';

/** How long a statement waits for another process's transaction. */
const BUSY_MILLISECONDS = 5000;
const HEADER = Buffer.from('SQLite format 3\0', 'latin1');

/** SQLite would take a zero-byte file for a new database, and so do we; anything else must begin as one. */
function assertDatabaseFile(kind: DatabaseKind, path: string): void {
  if (!existsSync(path)) return;
  const start = Buffer.alloc(HEADER.length);
  const file = openSync(path, 'r');
  try {
    const read = readSync(file, start, 0, HEADER.length, 0);
    if (read > 0 && !start.equals(HEADER)) throw unreadableDatabase(kind, path, 'the file is something else');
  } finally {
    closeSync(file);
  }
}

/** WAL needs the file to itself for a moment, and SQLite does not wait for that by itself. */
function useWriteAheadLog(database: Database.Database): void {
  const deadline = Date.now() + BUSY_MILLISECONDS;
  for (;;) {
    try {
      database.pragma('journal_mode = wal');
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
  readonly #database: Database.Database;

  constructor(kind: DatabaseKind, database: Database.Database) {
    this.kind = kind;
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

  close(): void {
    this.#database.close();
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
 * @param wrap what makes the store of the opened database
 * @throws ThawError `kind.unreadable`, `kind.newer`, `disk.readOnly`, `disk.full`
 */
export function openStore<Opened>(
  kind: DatabaseKind,
  { home, path }: { readonly home: string; readonly path: string },
  wrap: (database: Database.Database) => Opened,
): Opened {
  let database: Database.Database | null = null;
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    chmodSync(dirname(path), 0o700);
    assertDatabaseFile(kind, path);
    database = new Database(path, { timeout: BUSY_MILLISECONDS });
    assertOurs(database, kind);
    useWriteAheadLog(database);
    database.pragma('synchronous = normal');
    database.pragma('trusted_schema = off');
    migrate(database, kind);
    return wrap(database);
  } catch (error) {
    database?.close();
    throw explainDatabaseError(error, kind, path, `open the ${kind.name}`);
  }
}
