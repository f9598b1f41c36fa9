import { RUNS } from './0001-runs.ts';
import { STATISTICS_AND_EARLY_STOPPING } from './0002-statistics-and-early-stopping.ts';

/** One step of the schema; the log's version is the number of the last one applied. */
export interface Migration {
  readonly version: number;
  readonly statements: string;
}

/** In order, without gaps. What was released is never edited: a change is a new migration. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, statements: RUNS },
  { version: 2, statements: STATISTICS_AND_EARLY_STOPPING },
];
