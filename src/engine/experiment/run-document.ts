import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { runDetail, RUN_STATUSES, type RunStatus } from '../../shared/contract/run.ts';
import { ARRIVING, takeIn, type ArrivingMetric } from './arriving-run.ts';
import { assertImportedValues, importedTime, refuseImport } from './imported-values.ts';
import type { Log } from './log.ts';
import { thisOwner } from './owner.ts';
import { freeRunId } from './run-id.ts';
import { findRun } from './run-life.ts';
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
      createdAt: importedTime,
      confusion: z.array(cell),
      /** Of one that somebody asked for; left out for what the run itself kept, as older Thaws write and read it. */
      own: z.literal(0).optional(),
      dataset: z.string().optional(),
      told: z.string().optional(),
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
  time: z.array(importedTime),
});
export type MetricDocument = z.infer<typeof metricDocument>;

type Evaluation = Omit<RunDocument['evaluations'][number], 'confusion' | 'own' | 'dataset' | 'told'> & {
  readonly number: number;
};
type Asked = Readonly<Record<'own' | 'dataset' | 'told', string | number | null>>;

const ELSEWHERE = { before: '{"elsewhere":', after: '}' } as const;

/** A folder that an evaluation from another machine was of, as `kept-evaluations` knows it: nobody chose it here. */
function asElsewhere(dataset: string): string {
  return `${ELSEWHERE.before}${fromElsewhere(dataset)}${ELSEWHERE.after}`;
}

/** The folder itself, as it goes out. */
function fromElsewhere(dataset: string): string {
  const { before, after } = ELSEWHERE;
  return dataset.startsWith(before) ? dataset.slice(before.length, -after.length) : dataset;
}

/** Only what is not as it is of an evaluation that a run itself kept, so that older Thaws read those. */
function askedOf(row: Asked | undefined): Pick<RunDocument['evaluations'][number], 'own' | 'dataset' | 'told'> {
  return {
    ...(row?.own === 0 && { own: 0 as const }),
    ...(typeof row?.dataset === 'string' && { dataset: fromElsewhere(row.dataset) }),
    ...(row?.own === 0 && typeof row.told === 'string' && { told: row.told }),
  };
}

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
  const asked = database.prepare<[number], Asked>('SELECT own, dataset, told FROM evaluation WHERE number = ?');
  return rows.map(({ number: own, ...evaluation }) => ({
    ...evaluation,
    confusion: cells.all(own),
    ...askedOf(asked.get(own)),
  }));
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
  /** Puts its files where they belong, as the last act before all of it stands: what it throws leaves nothing. */
  readonly place: (runId: string) => void;
  /** Takes back what `place` did, where the log refuses the run after all. */
  readonly takeBack: () => void;
  readonly signal: AbortSignal;
}

export interface InsertedRun {
  readonly runId: string;
  /** The very same run was here, and nothing was changed. */
  readonly known: boolean;
}

/** A run that is here already and is the same, as far as it went; id, notes, tags and stars may differ. */
function findSame(log: Log, database: Database.Database, { id, document, plan }: RunToInsert): string | null {
  const same = database
    .prepare<unknown[], string>(
      `SELECT id FROM run WHERE created_at IS ? AND epochs_done IS ? AND ended_at IS ? AND trashed_at IS NOT ${ARRIVING}
       ORDER BY id = ? DESC, number`,
    )
    .pluck()
    .all(...(['created_at', 'epochs_done', 'ended_at'] as const).map((column) => document.run[column] ?? null), id);
  const sought = JSON.stringify(plan);
  return same.find((runId) => JSON.stringify(readPlan(log, runId)) === sought) ?? null;
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
    `INSERT INTO evaluation (run, split, step, epoch, images, accuracy, loss, path, created_at, own, dataset, told)
     VALUES (:run, :split, :step, :epoch, :images, :accuracy, :loss, :path, :createdAt, :own, :dataset, :told)`,
  );
  const addCell = database.prepare('INSERT INTO confusion (evaluation, label, predicted, images) VALUES (?, ?, ?, ?)');
  for (const { confusion, dataset, ...evaluation } of evaluations) {
    const from = dataset === undefined ? null : asElsewhere(dataset);
    const { lastInsertRowid } = add.run({ own: 1, told: null, run, ...evaluation, dataset: from });
    for (const counted of confusion) addCell.run(lastInsertRowid, ...counted);
  }
}

function* arriving(documents: Iterable<MetricDocument>): Generator<ArrivingMetric> {
  for (const { by, key, position, epoch, value, time } of documents) {
    if ([epoch, value, time].some(({ length }) => length !== position.length)) {
      refuseImport(`the columns of the metric '${key}' differ in length`);
    }
    const points = function* (): ArrivingMetric['points'] {
      for (const [index, at] of position.entries()) {
        const stored = value[index] ?? null;
        yield [at, epoch[index] ?? 0, stored === null ? null : Number(stored), time[index] ?? 0];
      }
    };
    yield { by, key, points: points() };
  }
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
  if (!status.success) return refuseImport('its status is none that a run has');
  return isActive(status.data) ? 'interrupted' : status.data;
}

/** All but its points. @returns its number */
function insertAll(database: Database.Database, arrivingId: string, run: RunToInsert): number {
  const { document, plan } = run;
  const owner = thisOwner();
  const parent =
    document.parent === null
      ? null
      : (database.prepare<[string], number>('SELECT number FROM run WHERE id = ?').pluck().get(document.parent) ??
        null);
  const number = insertRunRow(database, document.run, {
    id: arrivingId,
    trashed_at: ARRIVING,
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
  addRemark(database, number, run.remark);
  return number;
}

function isConstraint(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT');
}

/**
 * Puts a run from elsewhere into the log, all of it or nothing. It keeps its id unless another run has it.
 *
 * @throws ThawError `import.unreadable` where what it says is none of a run, what `place` throws, or the signal's reason
 */
export async function insertRunDocument(log: Log, run: RunToInsert): Promise<InsertedRun> {
  const { document } = run;
  assertImportedValues(document.run, document.tables, run.classes);
  const same = log.read('look for the run', (database) => findSame(log, database, run));
  if (same !== null) return { runId: same, known: true };
  try {
    const runId = await takeIn(log, {
      begin: (database, arrivingId) => insertAll(database, arrivingId, run),
      metrics: () => arriving(run.metrics()),
      name: (database, arrivingId) => {
        // What is there now is what windows will be given.
        const detail = runDetail.safeParse(readRun(log, arrivingId));
        if (!detail.success) refuseImport(detail.error.issues[0]?.message ?? 'it is not whole', detail.error);
        const taken = database.prepare('SELECT 1 FROM run WHERE id = ?').get(run.id) !== undefined;
        const createdAt = document.run['created_at'];
        const own = taken
          ? freeRunId(database, new Date(typeof createdAt === 'number' ? createdAt : Date.now()))
          : run.id;
        run.place(own);
        return own;
      },
      signal: run.signal,
    });
    return { runId, known: false };
  } catch (error) {
    run.takeBack();
    if (isConstraint(error)) refuseImport(`the log does not take it (${error.message})`, error);
    throw error;
  }
}

/**
 * Tells the log of checkpoints that lie in a run's folder again.
 *
 * @param place puts them there; called while nobody else can write the log, and only where the run has ended
 * @throws SqliteError, or what `place` throws
 */
export function restoreCheckpoints(log: Log, runId: string, document: RunDocument, place: () => void): void {
  log.write('bring the checkpoints back', (database) => {
    const { number, status } = findRun(database, runId);
    if (isActive(status)) return;
    database.prepare('DELETE FROM checkpoint WHERE run = ?').run(number);
    insertRunTables(database, number, { checkpoint: document.tables['checkpoint'] ?? [] });
    place();
  });
}
