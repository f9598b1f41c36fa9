import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { explainLogError, unreadableLog } from './log-error.ts';
import { assertOurs, assertSound, migrate } from './migrate.ts';

/** How long a statement waits for another process's transaction. */
const BUSY_MILLISECONDS = 5000;
const HEADER = Buffer.from('SQLite format 3\0', 'latin1');

/** Where the log of a workspace lies. */
export function logPath(home: string): string {
  return join(home, 'log', 'thaw.db');
}

/** Where a run keeps its checkpoints. */
export function runDirectory(home: string, runId: string): string {
  return join(home, 'runs', runId);
}

/** SQLite would take a zero-byte file for a new database, and so do we; anything else must begin as one. */
function assertDatabaseFile(path: string): void {
  if (!existsSync(path)) return;
  const start = Buffer.alloc(HEADER.length);
  const file = openSync(path, 'r');
  try {
    const read = readSync(file, start, 0, HEADER.length, 0);
    if (read > 0 && !start.equals(HEADER)) throw unreadableLog(path, 'the file is something else');
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

/** The experiment log of one workspace, open in this process. Every refusal comes out as a `ThawError`. */
export class Log {
  readonly home: string;
  readonly path: string;
  readonly #database: Database.Database;

  constructor(home: string, database: Database.Database) {
    this.home = home;
    this.path = database.name;
    this.#database = database;
  }

  /**
   * One consistent view of the log, whatever other processes write meanwhile.
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

  /** @throws ThawError `log.unreadable` where SQLite's own check finds damage; reads the whole file */
  assertSound(): void {
    this.read('check the experiment log', assertSound);
  }

  close(): void {
    this.#database.close();
  }

  #explain<Result>(doing: string, action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw explainLogError(error, this.path, doing);
    }
  }
}

/**
 * Opens the log below a workspace, making and migrating it where needed. Its folder is for its owner alone (0700).
 *
 * @param home THAW_HOME
 * @throws ThawError `log.unreadable`, `log.newer`, `disk.readOnly`, `disk.full`
 */
export function openLog(home: string): Log {
  const path = logPath(home);
  let database: Database.Database | null = null;
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    mkdirSync(join(home, 'log'), { recursive: true, mode: 0o700 });
    chmodSync(join(home, 'log'), 0o700);
    assertDatabaseFile(path);
    database = new Database(path, { timeout: BUSY_MILLISECONDS });
    assertOurs(database);
    useWriteAheadLog(database);
    database.pragma('synchronous = normal');
    database.pragma('trusted_schema = off');
    migrate(database);
    return new Log(home, database);
  } catch (error) {
    database?.close();
    throw explainLogError(error, path, 'open the experiment log');
  }
}
