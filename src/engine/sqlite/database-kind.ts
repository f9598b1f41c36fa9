import type { ErrorCode } from '../../shared/errors/thaw-error.ts';

/** One step of a schema; a database's version is the number of the last one applied. */
export interface Migration {
  readonly version: number;
  readonly statements: string;
}

/** What tells one sort of Thaw's databases from another, and from other programs'. */
export interface DatabaseKind {
  /** In the header of the file, so that another database is never taken for one of this kind. */
  readonly applicationId: number;
  /** In messages: `experiment log`. */
  readonly name: string;
  /** What becomes of it where its file is moved away: `Thaw then begins an empty log`. */
  readonly begunAnew: string;
  /** The command that puts a backup in the place of one that is damaged; null where there is none. */
  readonly recovery: string | null;
  /** In order, without gaps. What was released is never edited: a change is a new migration. */
  readonly migrations: readonly Migration[];
  readonly unreadable: ErrorCode;
  readonly newer: ErrorCode;
}
