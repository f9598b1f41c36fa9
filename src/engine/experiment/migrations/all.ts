import type { Migration } from '../../sqlite/database-kind.ts';
import { RUNS } from './0001-runs.ts';
import { STATISTICS_AND_EARLY_STOPPING } from './0002-statistics-and-early-stopping.ts';
import { ORGANISED_RUNS } from './0003-organised-runs.ts';
import { STAGES_AND_HISTOGRAMS } from './0004-stages-and-histograms.ts';
import { EVALUATIONS } from './0005-evaluations.ts';

/** The versions of the experiment log. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, statements: RUNS },
  { version: 2, statements: STATISTICS_AND_EARLY_STOPPING },
  { version: 3, statements: ORGANISED_RUNS },
  { version: 4, statements: STAGES_AND_HISTOGRAMS },
  { version: 5, statements: EVALUATIONS },
];
