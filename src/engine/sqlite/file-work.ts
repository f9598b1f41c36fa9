import Database from 'better-sqlite3';
import { backUp, type Backup } from './backups.ts';
import { findings, firstDamage } from './migrate.ts';

/** What is asked of all of a database file. */
export type FileWork =
  | { readonly kind: 'backUp' | 'check' | 'vacuum'; readonly path: string }
  | {
      readonly kind: 'examine';
      readonly path: string;
      /** Whose rows are counted. */
      readonly tables: readonly string[];
      /** So many findings at most. */
      readonly most: number;
    };

export interface FileReport {
  /** All that SQLite's full check finds wrong; nothing for a sound database. */
  readonly findings: readonly string[];
  /** Of the schema. */
  readonly version: number;
  /** What no row takes any more. */
  readonly freeBytes: number;
  /** Of each table that was asked for. */
  readonly rows: Readonly<Record<string, number>>;
}

/** What comes of each work. */
export interface FileResults {
  readonly backUp: Backup;
  /** The first thing that is wrong, by the quick check; null for a sound database. */
  readonly check: string | null;
  readonly examine: FileReport;
  readonly vacuum: null;
}

function examine(database: Database.Database, tables: readonly string[], most: number): FileReport {
  const pragma = (name: string): number => Number(database.pragma(name, { simple: true }));
  const count = (table: string): number =>
    database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  return {
    findings: findings(database, most),
    version: pragma('user_version'),
    freeBytes: pragma('freelist_count') * pragma('page_size'),
    rows: Object.fromEntries(tables.map((table) => [table, count(table)])),
  };
}

/** Goes through all of a database, which takes a second for each gigabyte and more. @throws SQLite's or the file system's error */
export function workThrough(work: FileWork): FileResults[FileWork['kind']] {
  if (work.kind === 'backUp') return backUp(work.path);
  const database = new Database(work.path, { readonly: work.kind !== 'vacuum', fileMustExist: true });
  try {
    if (work.kind === 'check') return firstDamage(database);
    if (work.kind === 'examine') return database.transaction(() => examine(database, work.tables, work.most))();
    database.exec('VACUUM');
    database.pragma('wal_checkpoint(truncate)');
    return null;
  } finally {
    database.close();
  }
}
