import type Database from 'better-sqlite3';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { Log } from './log.ts';
import { thisOwner } from './owner.ts';
import { dropEmptyGroups, namedGroup } from './run-group.ts';
import { freeRunId } from './run-id.ts';
import { findRun, type RunHead } from './run-life.ts';
import type { RunOrigin } from './run-origin.ts';
import { takeTrainerLock } from './trainer-lock.ts';

type Scalar = string | number | null;

/** A plan as dotted keys and typed values, `optimizer.learningRate` = 0.01, so that runs are found by any of them. */
export function flattenPlan(plan: TrainingPlan): ReadonlyMap<string, Scalar> {
  const flat = new Map<string, Scalar>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, path === '' ? key : `${path}.${key}`);
    } else if (typeof value === 'string' || typeof value === 'number' || value === null) {
      flat.set(path, value);
    } else if (typeof value === 'boolean') {
      flat.set(path, value ? 1 : 0);
    }
  };
  visit(plan, '');
  return flat;
}

function datasetLabel(plan: TrainingPlan): string {
  return 'path' in plan.dataset ? plan.dataset.path : plan.dataset.kind;
}

function insertParameters(database: Database.Database, run: number | bigint, plan: TrainingPlan): void {
  const insert = database.prepare('INSERT INTO run_parameter (run, key, value) VALUES (?, ?, ?)');
  for (const [key, value] of flattenPlan(plan)) {
    // The column takes any type, and a plain number would be bound as a real one.
    insert.run(run, key, typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value);
  }
}

/** A run that is to be put into the log. */
export interface NewRun {
  readonly plan: TrainingPlan;
  /** Where it comes from; nowhere by default. */
  readonly origin: RunOrigin | null;
  /** Of the group that it belongs to. */
  readonly group: number | null;
}

/** A clock is put right by less than this; one that is set back by more was wrong altogether, and its dates are not kept up. */
const CLOCK_CORRECTION_MILLISECONDS = 24 * 3600 * 1000;

/** Now, or when the newest run was made where a clock that went back since says that it is still to come. */
function notBeforeOthers(database: Database.Database, now: number): number {
  return (
    database
      .prepare<[number, number], number | null>('SELECT max(created_at) FROM run WHERE created_at BETWEEN ? AND ?')
      .pluck()
      .get(now, now + CLOCK_CORRECTION_MILLISECONDS) ?? now
  );
}

/**
 * Puts a run into the log, `queued` and owned by this process. To be called inside a write transaction.
 *
 * @returns the run's id
 */
export function insertRun(database: Database.Database, { plan, origin, group }: NewRun): string {
  const owner = thisOwner();
  const now = new Date();
  const id = freeRunId(database, now);
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO run (id, name, status, created_at, parent, parent_relation, parent_step, run_group, plan, plan_schema,
                        network, strategy, dataset, epochs, owner_pid, owner_start, owner_host, owner_boot, heartbeat_at)
       VALUES (:id, :name, 'queued', :created, (SELECT number FROM run WHERE id = :parentId), :relation, :step, :group, :plan,
               :planSchema, :network, :strategy, :dataset, :epochs, :pid, :startToken, :host, :boot, :now)`,
    )
    .run({
      id,
      name: `${plan.network} · ${plan.strategy}`,
      now: now.getTime(),
      created: notBeforeOthers(database, now.getTime()),
      parentId: origin?.runId ?? null,
      relation: origin?.relation ?? null,
      step: origin?.step ?? null,
      group,
      plan: JSON.stringify(plan),
      planSchema: plan.schemaVersion,
      network: plan.network,
      strategy: plan.strategy,
      dataset: datasetLabel(plan),
      epochs: plan.epochs,
      ...owner,
    });
  insertParameters(database, lastInsertRowid, plan);
  return id;
}

/**
 * Gives a run that has not ended another plan, such as one whose stages to come were changed.
 *
 * @param assertIs looks at the run in the same transaction, and throws where it may not be changed any more
 * @throws ThawError `run.unknown`
 */
export function rewritePlan(
  log: Log,
  runId: string,
  plan: TrainingPlan,
  assertIs: (run: RunHead, database: Database.Database) => void = () => undefined,
): void {
  log.write("change the run's plan", (database) => {
    const run = findRun(database, runId);
    assertIs(run, database);
    database
      .prepare('UPDATE run SET plan = ?, plan_schema = ?, strategy = ?, epochs = ? WHERE number = ?')
      .run(JSON.stringify(plan), plan.schemaVersion, plan.strategy, plan.epochs, run.number);
    database.prepare('DELETE FROM run_parameter WHERE run = ?').run(run.number);
    insertParameters(database, run.number, plan);
  });
}

/**
 * Puts a new run into the log, `queued` and owned by this process, and takes the one trainer's place for it.
 *
 * @param group the name of the group that it belongs to
 * @returns the run's id
 * @throws ThawError `run.busy` where another trainer is at work; nothing is left behind then
 */
export function createRun(log: Log, plan: TrainingPlan, origin: RunOrigin | null, group?: string): string {
  return log.write('write the new run', (database) => {
    const id = insertRun(database, { plan, origin, group: group === undefined ? null : namedGroup(database, group) });
    takeTrainerLock(database, id);
    return id;
  });
}

/** Takes a run that never began out of the log again, and its hold on the trainer's place with it. */
export function withdrawRun(log: Log, runId: string): void {
  log.write('withdraw the run', (database) => {
    database.prepare('DELETE FROM run WHERE id = ?').run(runId);
    dropEmptyGroups(database);
  });
}
