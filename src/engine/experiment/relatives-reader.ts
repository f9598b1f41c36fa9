import type Database from 'better-sqlite3';
import type { RunOrganisation } from '../../shared/contract/run-organisation.ts';
import type { RunRelative, RunRelatives } from '../../shared/contract/run-relatives.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';

/** A run of a very large sweep may have more; all of them are in the list of runs. */
const MOST_CHILDREN = 200;

interface OrganisationRow {
  readonly starred: number;
  readonly note: string;
  readonly archivedAt: number | null;
  readonly trashedAt: number | null;
  readonly groupId: string | null;
  readonly groupName: string | null;
}

/** What people made of a run. */
export function readOrganisation(database: Database.Database, run: number): RunOrganisation {
  const row = database
    .prepare<[number], OrganisationRow>(
      `SELECT starred, note, archived_at AS archivedAt, trashed_at AS trashedAt, run_group.id AS groupId,
              run_group.name AS groupName
       FROM run LEFT JOIN run_group ON run_group.number = run.run_group WHERE run.number = ?`,
    )
    .get(run);
  if (!row) throw new Error(`Run ${run} went away while it was read.`);
  const { starred, groupId, groupName, ...rest } = row;
  const tags = database
    .prepare<[number], string>('SELECT tag FROM run_tag WHERE run = ? ORDER BY tag')
    .pluck()
    .all(run);
  return {
    ...rest,
    starred: starred === 1,
    tags,
    group: groupId === null || groupName === null ? null : { id: groupId, name: groupName },
  };
}

/** Of the run `relative`, which is `later` or `earlier` than the one asked for. */
function columns(relative: string, later: string): string {
  return `${relative}.id AS runId, ${relative}.name AS name, ${relative}.status AS status,
    ${relative}.created_at AS createdAt, ${relative}.best_val_accuracy AS bestValAccuracy,
    coalesce(${later}.parent_relation, 'weights') AS relation, ${later}.parent_step AS step`;
}

/** Of a run that never began. */
export const NO_RELATIVES: RunRelatives = { parent: null, children: [], childrenTotal: 0 };

/** The run that this one comes from, and those that come from it. @throws ThawError `run.unknown` */
export function readRelatives(log: Log, runId: string): RunRelatives {
  return log.read('read the run', (database) => {
    const { number } = findRun(database, runId);
    const parent = database
      .prepare<[number], RunRelative>(
        `SELECT ${columns('parent', 'run')} FROM run JOIN run AS parent ON parent.number = run.parent
         WHERE run.number = ?`,
      )
      .get(number);
    const children = database
      .prepare<[number, number], RunRelative>(
        `SELECT ${columns('run', 'run')} FROM run WHERE parent = ? AND trashed_at IS NOT 0 ORDER BY created_at DESC, number DESC LIMIT ?`,
      )
      .all(number, MOST_CHILDREN);
    const childrenTotal = database
      .prepare<[number], number>('SELECT count(*) FROM run WHERE parent = ? AND trashed_at IS NOT 0')
      .pluck()
      .get(number);
    return { parent: parent ?? null, children, childrenTotal: childrenTotal ?? 0 };
  });
}
