import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { runDetail, RUN_STATUSES, type RunStatus } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Log } from './log.ts';
import { thisOwner } from './owner.ts';
import { newRunId } from './run-id.ts';
import { findRun } from './run-life.ts';
import { recountRunMetrics } from './run-metric.ts';
import { readPlan, readRun } from './run-reader.ts';
import { isActive } from './run-status.ts';
import { dumpRunRow, dumpRunTables, insertRunRow, insertRunTables, tableRow } from './run-tables.ts';

const cell = z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)]);

/** What the log knows of a run beside its metrics, its plan and its classes, as a document. */
export const runDocument = z.strictObject({
  run: tableRow,
  /** The run that it came from. */
  parent: z.string().nullable(),
  group: z.strictObject({ id: z.string().min(1).max(200), name: z.string().max(1000) }).nullable(),
  tables: z.record(z.string(), z.array(tableRow)),
  /** Each with its confusion: label, predicted, images. */
  evaluations: z.array(
    z.strictObject({
      split: z.string(),
      step: z.int(),
      epoch: z.int(),
      images: z.int(),
      accuracy: z.number().nullable(),
      loss: z.number().nullable(),
      path: z.string(),
      createdAt: z.int(),
      confusion: z.array(cell),
    }),
  ),
});
export type RunDocument = z.infer<typeof runDocument>;

/** JSON has no infinities: they are texts. */
const number = z.union([z.number(), z.literal(['Infinity', '-Infinity']), z.null()]);

/** Every point of one metric, column by column. */
export const metricDocument = z.strictObject({
  by: z.enum(['step', 'epoch']),
  key: z.string().min(1).max(500),
  position: z.array(z.int().min(0)),
  epoch: z.array(z.int().min(0)),
  value: z.array(number),
  time: z.array(z.int()),
});
export type MetricDocument = z.infer<typeof metricDocument>;

type Evaluation = Omit<RunDocument['evaluations'][number], 'confusion'> & { readonly number: number };

function readEvaluations(database: Database.Database, run: number): RunDocument['evaluations'] {
  const rows = database
    .prepare<[number], Evaluation>(
      `SELECT number, split, step, epoch, images, accuracy, loss, path, created_at AS createdAt FROM evaluation
       WHERE run = ? ORDER BY number`,
    )
    .all(run);
  const cells = database
    .prepare<[number], z.infer<typeof cell>>(
      'SELECT label, predicted, images FROM confusion WHERE evaluation = ? ORDER BY label, predicted',
    )
    .raw();
  return rows.map(({ number: own, ...evaluation }) => ({ ...evaluation, confusion: cells.all(own) }));
}

/** @throws ThawError `run.unknown` */
export function readRunDocument(log: Log, runId: string): RunDocument {
  return log.read('read the run', (database) => {
    const run = findRun(database, runId).number;
    const parent = database
      .prepare<[number], string>('SELECT id FROM run WHERE number = (SELECT parent FROM run WHERE number = ?)')
      .pluck()
      .get(run);
    const group = database
      .prepare<[number], { readonly id: string; readonly name: string }>(
        'SELECT id, name FROM run_group WHERE number = (SELECT run_group FROM run WHERE number = ?)',
      )
      .get(run);
    return {
      run: dumpRunRow(database, run),
      parent: parent ?? null,
      group: group ?? null,
      tables: dumpRunTables(database, run),
      evaluations: readEvaluations(database, run),
    };
  });
}

/** A run that is taken in, as it was read and held against its schemas. */
export interface RunToInsert {
  readonly id: string;
  readonly document: RunDocument;
  readonly plan: TrainingPlan;
  readonly classes: readonly string[];
  /** One at a time, as they may be large. */
  readonly metrics: () => Iterable<MetricDocument>;
  /** Told in the run's own lines. */
  readonly remark: string;
  /** Called as the last act before all of it stands: what it throws leaves nothing. */
  readonly place: (runId: string) => void;
}

export interface InsertedRun {
  readonly runId: string;
  /** The very same run was here, and nothing was changed. */
  readonly known: boolean;
}

/** @throws ThawError `import.unreadable` */
function refuse(found: string, cause?: unknown): never {
  throw new ThawError(
    'import.unreadable',
    `What is imported must be a run as Thaw writes it; ${found}.`,
    'Export the run again with the Thaw that trained it.',
    { cause },
  );
}

/** What says that two runs of one id are the same, as far as they went; notes, tags and stars may differ. */
function isSame(log: Log, { id, document, plan }: RunToInsert): boolean {
  const here = log.read('read the run', (database) => dumpRunRow(database, findRun(database, id).number));
  const { created_at: createdAt, epochs_done: epochsDone, ended_at: endedAt } = document.run;
  return (
    here['created_at'] === createdAt &&
    here['epochs_done'] === epochsDone &&
    here['ended_at'] === endedAt &&
    JSON.stringify(readPlan(log, id)) === JSON.stringify(plan)
  );
}

function insertGroup(database: Database.Database, { group }: RunDocument): number | null {
  if (!group) return null;
  database
    .prepare('INSERT OR IGNORE INTO run_group (id, name, created_at) VALUES (?, ?, ?)')
    .run(group.id, group.name, Date.now());
  return database.prepare<[string], number>('SELECT number FROM run_group WHERE id = ?').pluck().get(group.id) ?? null;
}

function insertEvaluations(database: Database.Database, run: number, { evaluations }: RunDocument): void {
  const add = database.prepare(
    `INSERT INTO evaluation (run, split, step, epoch, images, accuracy, loss, path, created_at)
     VALUES (:run, :split, :step, :epoch, :images, :accuracy, :loss, :path, :createdAt)`,
  );
  const addCell = database.prepare('INSERT INTO confusion (evaluation, label, predicted, images) VALUES (?, ?, ?, ?)');
  for (const { confusion, ...evaluation } of evaluations) {
    const { lastInsertRowid } = add.run({ run, ...evaluation });
    for (const counted of confusion) addCell.run(lastInsertRowid, ...counted);
  }
}

function insertPoints(database: Database.Database, run: number, document: MetricDocument): void {
  const { by, key, position, epoch, value, time } = document;
  if (epoch.length !== position.length || value.length !== position.length || time.length !== position.length) {
    refuse(`the columns of the metric '${key}' differ in length`);
  }
  database.prepare('INSERT OR IGNORE INTO metric_key (name) VALUES (?)').run(key);
  const number = database.prepare<[string], number>('SELECT number FROM metric_key WHERE name = ?').pluck().get(key);
  const add =
    by === 'step'
      ? database.prepare('INSERT INTO step_metric (run, key, step, epoch, value, time) VALUES (?, ?, ?, ?, ?, ?)')
      : database.prepare('INSERT INTO epoch_metric (run, key, epoch, value, time) VALUES (?, ?, ?, ?, ?)');
  position.forEach((at, index) => {
    const stored = value[index] ?? null;
    const point = typeof stored === 'string' ? Number(stored) : stored;
    if (by === 'step') add.run(run, number, at, epoch[index], point, time[index]);
    else add.run(run, number, at, point, time[index]);
  });
}

function addRemark(database: Database.Database, run: number, text: string): void {
  database
    .prepare(
      `INSERT INTO log_line (run, position, time, level, text)
       SELECT :run, coalesce(max(position), 0) + 1, :now, 'information', :text FROM log_line WHERE run = :run`,
    )
    .run({ run, now: Date.now(), text });
}

const storedStatus = z.enum(RUN_STATUSES);

/** Nobody trains it here: one that was at work when it was written was interrupted. */
function statusHere({ run }: RunDocument): RunStatus {
  const status = storedStatus.safeParse(run['status']);
  if (!status.success) return refuse('its status is none that a run has');
  return isActive(status.data) ? 'interrupted' : status.data;
}

function insertAll(database: Database.Database, runId: string, run: RunToInsert): void {
  const { document, plan } = run;
  const owner = thisOwner();
  const parent =
    document.parent === null
      ? null
      : (database.prepare<[string], number>('SELECT number FROM run WHERE id = ?').pluck().get(document.parent) ??
        null);
  const number = insertRunRow(database, document.run, {
    id: runId,
    status: statusHere(document),
    parent,
    // Where it came from is not here, or nowhere.
    ...(parent === null && { parent_relation: 'imported' }),
    run_group: insertGroup(database, document),
    plan: JSON.stringify(plan),
    plan_schema: plan.schemaVersion,
    network: plan.network,
    owner_pid: owner.pid,
    owner_start: owner.startToken,
    owner_host: owner.host,
    owner_boot: owner.boot,
    heartbeat_at: Date.now(),
  });
  insertRunTables(database, number, document.tables);
  const addClass = database.prepare('INSERT INTO run_class (run, position, name) VALUES (?, ?, ?)');
  run.classes.forEach((name, position) => addClass.run(number, position, name));
  insertEvaluations(database, number, document);
  for (const metric of run.metrics()) insertPoints(database, number, metric);
  recountRunMetrics(database, number);
  addRemark(database, number, run.remark);
}

function isConstraint(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT');
}

/**
 * Puts a run from elsewhere into the log, all of it or nothing. It keeps its id unless another run has it.
 *
 * @throws ThawError `import.unreadable` where what it says is none of a run, or what `place` throws
 */
export function insertRunDocument(log: Log, run: RunToInsert): InsertedRun {
  return log.write('write the imported run', (database) => {
    const taken = database.prepare('SELECT 1 FROM run WHERE id = ?').get(run.id) !== undefined;
    if (taken && isSame(log, run)) return { runId: run.id, known: true };
    const createdAt = run.document.run['created_at'];
    const runId = taken ? newRunId(new Date(typeof createdAt === 'number' ? createdAt : Date.now())) : run.id;
    try {
      insertAll(database, runId, run);
    } catch (error) {
      if (isConstraint(error)) refuse(`the log does not take it (${error.message})`, error);
      throw error;
    }
    // What is there now is what windows will be given.
    const detail = runDetail.safeParse(readRun(log, runId));
    if (!detail.success) refuse(detail.error.issues[0]?.message ?? 'it is not whole', detail.error);
    run.place(runId);
    return { runId, known: false };
  });
}
