import type Database from 'better-sqlite3';
import { FUSED_PARTS } from '../../shared/contract/plan.ts';
import { MOST_TAGS, type RunEdit } from '../../shared/contract/run-edit.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Log } from './log.ts';
import { dropEmptyGroups } from './run-group.ts';
import { findRun, type RunHead } from './run-life.ts';
import { ACTIVE_LIST, isActive } from './run-status.ts';

/** Each run once, in the order given. @throws ThawError `run.unknown` */
function findRuns(database: Database.Database, runIds: readonly string[]): (RunHead & { readonly id: string })[] {
  return [...new Set(runIds)].map((id) => ({ id, ...findRun(database, id) }));
}

function changeTags(
  database: Database.Database,
  runId: string,
  run: number,
  { addTags, removeTags }: RunEdit['change'],
): void {
  const remove = database.prepare('DELETE FROM run_tag WHERE run = ? AND tag = ?');
  for (const tag of removeTags ?? []) remove.run(run, tag);
  const add = database.prepare('INSERT OR IGNORE INTO run_tag (run, tag) VALUES (?, ?)');
  for (const tag of addTags ?? []) add.run(run, tag);
  const kept = database.prepare<[number], number>('SELECT count(*) FROM run_tag WHERE run = ?').pluck().get(run) ?? 0;
  if (kept <= MOST_TAGS) return;
  throw new ThawError(
    'usage.invalid',
    `A run has at most ${MOST_TAGS} tags; run '${runId}' would have ${kept}.`,
    'Take others from it first, or say it in its note.',
  );
}

/**
 * Changes what people make of runs: of all of them or, where one cannot be changed, of none.
 *
 * @throws ThawError `run.unknown`, `usage.invalid` for too many tags
 */
export function editRuns(log: Log, { runIds, change }: RunEdit): void {
  const { name, note, starred, archived } = change;
  log.write('change the runs', (database) => {
    const set = database.prepare(
      `UPDATE run SET name = coalesce(:name, name), note = coalesce(:note, note), starred = coalesce(:starred, starred),
         archived_at = CASE WHEN :archived IS NULL THEN archived_at
                            WHEN :archived THEN coalesce(archived_at, :now) END
       WHERE number = :number`,
    );
    const now = Date.now();
    for (const { id, number } of findRuns(database, runIds)) {
      set.run({
        number,
        now,
        name: name ?? null,
        note: note ?? null,
        starred: starred === undefined ? null : Number(starred),
        archived: archived === undefined ? null : Number(archived),
      });
      changeTags(database, id, number, change);
    }
  });
}

/**
 * Marks runs as thrown away; nothing of them is lost until the trash is emptied.
 *
 * @throws ThawError `run.unknown`, or `run.state` where one of them is at work or waits for its turn: none is marked then
 */
export function trashRuns(log: Log, runIds: readonly string[]): void {
  log.write('put the runs into the trash', (database) => {
    const runs = findRuns(database, runIds);
    const busy = runs.find(({ status }) => isActive(status));
    if (busy) {
      throw new ThawError(
        'run.state',
        `Only a run that has ended goes into the trash; run '${busy.id}' is ${busy.status}.`,
        busy.status === 'queued' ? 'Take it from the queue first.' : 'Stop it first.',
      );
    }
    const mark = database.prepare('UPDATE run SET trashed_at = coalesce(trashed_at, ?) WHERE number = ?');
    const now = Date.now();
    for (const { number } of runs) mark.run(now, number);
  });
}

/** Takes runs out of the trash, as they were before. @throws ThawError `run.unknown` */
export function restoreRuns(log: Log, runIds: readonly string[]): void {
  log.write('take the runs out of the trash', (database) => {
    const clear = database.prepare('UPDATE run SET trashed_at = NULL WHERE number = ?');
    for (const { number } of findRuns(database, runIds)) clear.run(number);
  });
}

/** The runs in the trash, those thrown away first before the others. */
export function trashedRuns(log: Log): string[] {
  return log.read('read the trash', (database) =>
    database.prepare<[], string>('SELECT id FROM run WHERE trashed_at > 0 ORDER BY trashed_at, number').pluck().all(),
  );
}

/** Where a plan names runs that it begins with: their weights, those of a fused network's parts, and a trained head. */
const RUN_KEYS = [
  'weights',
  ...Array.from({ length: FUSED_PARTS.most }, (_, part) => `weights.parts.${part}`),
  'headWeights',
]
  .map((source) => `'${source}.runId'`)
  .join();

/**
 * A run, waiting or at work, that needs what a run kept: it comes from it, names it as its weights, or repeats a run that
 * does, over however many repeats.
 */
function neederOf(database: Database.Database, number: number, runId: string): string | undefined {
  return database
    .prepare<{ number: number; runId: string }, string>(
      `WITH RECURSIVE
         busy AS (SELECT * FROM run WHERE status IN (${ACTIVE_LIST})),
         needed (number, relation, needer) AS (
           SELECT parent, parent_relation, id FROM busy WHERE parent IS NOT NULL
           UNION
           SELECT run.parent, run.parent_relation, needed.needer FROM needed JOIN run ON run.number = needed.number
           WHERE needed.relation = 'repeated' AND run.parent IS NOT NULL
         )
       SELECT needer FROM needed WHERE number = :number
       UNION ALL
       SELECT busy.id FROM busy JOIN run_parameter ON run_parameter.run = busy.number
       WHERE run_parameter.key IN (${RUN_KEYS}) AND run_parameter.value = :runId
       LIMIT 1`,
    )
    .pluck()
    .get({ number, runId });
}

/** Those that repeat a run began where it did, and can be repeated in turn, once it is gone. */
function handDownOrigin(database: Database.Database, number: number): void {
  database
    .prepare(
      `UPDATE run SET (parent, parent_relation, parent_step) =
         (SELECT parent, nullif(parent_relation, 'imported'), parent_step FROM run AS gone WHERE gone.number = :number)
       WHERE parent = :number AND parent_relation = 'repeated'`,
    )
    .run({ number });
}

/**
 * Takes a run that is in the trash out of the log, for good.
 *
 * @param setAside moves its files out of the way; called while nobody else can write the log, and only where the run goes
 * @returns whether it went: not where somebody has taken it out of the trash, or it is gone already
 * @throws what `setAside` throws: the run is then as it was
 */
export function deleteTrashedRun(log: Log, runId: string, setAside: () => void): boolean {
  return log.write('delete the run', (database) => {
    const run = database
      .prepare<[string], RunHead>('SELECT number, status FROM run WHERE id = ? AND trashed_at IS NOT NULL')
      .get(runId);
    if (!run || isActive(run.status)) return false;
    const needer = neederOf(database, run.number, runId);
    if (needer !== undefined) {
      throw new ThawError(
        'run.state',
        `A run is deleted once no other needs its checkpoint; run '${needer}' begins from run '${runId}'.`,
        'Empty the trash again when that one has ended.',
      );
    }
    handDownOrigin(database, run.number);
    database.prepare('DELETE FROM run WHERE number = ?').run(run.number);
    dropEmptyGroups(database);
    setAside();
    return true;
  });
}

/** Whether the log has a run of this id. */
export function hasRun(database: Database.Database, runId: string): boolean {
  return database.prepare('SELECT 1 FROM run WHERE id = ?').get(runId) !== undefined;
}
