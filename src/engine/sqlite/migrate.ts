import type Database from 'better-sqlite3';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { backUp } from './backups.ts';
import { unreadableDatabase } from './database-error.ts';
import type { DatabaseKind } from './database-kind.ts';

function numberPragma(database: Database.Database, name: string): number {
  return Number(database.pragma(name, { simple: true }));
}

/**
 * Refuses what this Thaw must not touch, before anything is written.
 *
 * @throws ThawError `kind.newer` for a database of a newer Thaw, `kind.unreadable` for one that is not of the kind
 */
export function assertOurs(database: Database.Database, kind: DatabaseKind): void {
  // Tables first: another process may be making the database, and commits its mark together with them.
  const tables = database.prepare<[], { count: number }>('SELECT count(*) AS count FROM sqlite_schema').get()?.count;
  const application = numberPragma(database, 'application_id');
  const version = numberPragma(database, 'user_version');
  if (application !== kind.applicationId && (application !== 0 || tables !== 0)) {
    throw unreadableDatabase(kind, database.name, 'this database belongs to another program');
  }
  const known = kind.migrations.at(-1)?.version ?? 0;
  if (version > known) {
    throw new ThawError(
      kind.newer,
      `This Thaw reads the ${kind.name} up to version ${known}; received version ${version}, written by a newer Thaw: '${database.name}'.`,
      'Use that newer Thaw, or set THAW_HOME to another folder to begin one of its own.',
    );
  }
}

/** All that SQLite's full check finds wrong, at most so many lines; nothing for a sound database. Reads the whole file. */
export function findings(database: Database.Database, most: number): string[] {
  const found = database.prepare<[], string>(`PRAGMA integrity_check(${most})`).pluck().all();
  const astray = database.prepare<[], { table: string }>('PRAGMA foreign_key_check').all();
  return [
    ...found.filter((line) => line !== 'ok'),
    ...(astray.length === 0 ? [] : [`${astray.length} rows point to rows that are not there`]),
  ];
}

/** The first thing that SQLite's own quick check finds wrong; null for a sound database. Reads the whole file. */
export function firstDamage(database: Database.Database): string | null {
  const found = String(database.pragma('quick_check(1)', { simple: true }));
  return found === 'ok' ? null : found;
}

/** @throws ThawError `kind.unreadable` where SQLite's own check finds damage; reads the whole file */
export function assertSound(database: Database.Database, kind: DatabaseKind): void {
  const found = firstDamage(database);
  if (found !== null) throw unreadableDatabase(kind, database.name, `SQLite's check found: ${found}`);
}

/**
 * Brings a database to the newest version, each migration in a transaction of its own with the version it leads to. An
 * existing one is checked and copied to `backups/` first. Safe when several processes open it at once.
 *
 * @throws ThawError `kind.unreadable` where an existing database is damaged: it is then left as it was
 */
export function migrate(database: Database.Database, kind: DatabaseKind): void {
  const { migrations } = kind;
  const latest = migrations.at(-1)?.version ?? 0;
  const isBehind = numberPragma(database, 'user_version') < latest;
  let backedUp = false;
  // Rebuilding a table that others point to would otherwise empty them; the check before each commit stands in.
  database.pragma('foreign_keys = off');
  while (numberPragma(database, 'user_version') < latest) {
    database.exec('BEGIN IMMEDIATE');
    try {
      const version = numberPragma(database, 'user_version');
      // A new database is made in one go: nobody finds a half-made one, to be backed up.
      const due = version === 0 ? migrations : migrations.filter((migration) => migration.version === version + 1);
      const reached = due.at(-1)?.version;
      if (reached !== undefined) {
        // Of what is in memory alone the file stays as it was.
        if (version > 0 && !backedUp && !database.memory) {
          assertSound(database, kind);
          // Another connection may read while this one holds the write lock.
          backUp(database.name);
          backedUp = true;
        }
        for (const { statements } of due) database.exec(statements);
        const broken = database.pragma('foreign_key_check');
        if (Array.isArray(broken) && broken.length > 0) {
          throw unreadableDatabase(kind, database.name, `${broken.length} rows point to rows that are not there`);
        }
        database.pragma(`application_id = ${kind.applicationId}`);
        database.pragma(`user_version = ${reached}`);
      }
      database.exec('COMMIT');
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
  database.pragma('foreign_keys = on');
  // All tables stand in the write-ahead log as well, which on a small disk is room that runs need. Where others are at work in
  // it, it stays for now.
  if (isBehind) database.pragma('wal_checkpoint(truncate)');
}
