import type Database from 'better-sqlite3';
import { z } from 'zod';
import { ThawError } from '../../shared/errors/thaw-error.ts';

/** A row as a document: texts, numbers and NULL as they are, bytes as hexadecimal digits. */
export const tableRow = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));
export type TableRow = z.infer<typeof tableRow>;
type Tables = Readonly<Record<string, readonly TableRow[]>>;

/** What a column holds the number of, and how that is told where numbers mean nothing. */
const INTERNED = {
  layer: { table: 'layer', columns: ['name', 'kind', 'block', 'output_shape', 'parameters'] },
  tensor: { table: 'tensor', columns: ['name'] },
  key: { table: 'metric_key', columns: ['name'] },
} as const;
type InternedColumn = keyof typeof INTERNED;

/** Tables that say something of one run, those first that others refer to. */
const TABLES: readonly { readonly name: string; readonly order: string; readonly interned?: InternedColumn }[] = [
  { name: 'run_parameter', order: 'key' },
  { name: 'run_environment', order: 'run' },
  { name: 'run_timing', order: 'phase' },
  { name: 'run_dataset', order: 'run' },
  { name: 'skipped_image', order: 'position' },
  { name: 'run_stage', order: 'stage' },
  { name: 'layer_state', order: 'stage, position', interned: 'layer' },
  { name: 'load_report', order: 'run' },
  { name: 'load_report_tensor', order: 'outcome, position', interned: 'tensor' },
  { name: 'frozen_proof', order: 'position', interned: 'tensor' },
  { name: 'histogram', order: 'step, tensor', interned: 'tensor' },
  { name: 'checkpoint', order: 'kind' },
  { name: 'log_line', order: 'position' },
  { name: 'run_tag', order: 'tag' },
];

/** Columns of a run that mean something on its own machine alone, or are told in another way. */
const NOT_CARRIED = new Set([
  'number',
  'id',
  'parent',
  'run_group',
  'plan',
  'owner_pid',
  'owner_start',
  'owner_host',
  'owner_boot',
  'heartbeat_at',
  'queue_position',
  'archived_at',
  'trashed_at',
  'revision',
]);

interface Column {
  readonly name: string;
  readonly type: string;
}

function columnsOf(database: Database.Database, table: string): readonly Column[] {
  return database.pragma(`table_info(${table})`) as Column[];
}

function asDocument(row: Readonly<Record<string, unknown>>): TableRow {
  return tableRow.parse(
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, Buffer.isBuffer(value) ? value.toString('hex') : value]),
    ),
  );
}

/** The run's own row, without what belongs to this machine. */
export function dumpRunRow(database: Database.Database, run: number): TableRow {
  const columns = columnsOf(database, 'run').flatMap(({ name }) => (NOT_CARRIED.has(name) ? [] : [name]));
  const row = database.prepare<[number], TableRow>(`SELECT ${columns.join(', ')} FROM run WHERE number = ?`).get(run);
  if (!row) throw new Error(`Run ${run} went away while it was read.`);
  return asDocument(row);
}

/** All that the tables beside metrics and evaluations say of a run. */
export function dumpRunTables(database: Database.Database, run: number): Record<string, TableRow[]> {
  return Object.fromEntries(
    TABLES.map(({ name, order, interned }) => {
      const own = columnsOf(database, name).flatMap((column) =>
        column.name === 'run' || column.name === interned ? [] : [`own."${column.name}"`],
      );
      const { table, columns } = interned ? INTERNED[interned] : { table: null, columns: [] };
      const named = columns.map((column) => `other.${column} AS "${interned}.${column}"`);
      const join = table === null ? '' : `JOIN ${table} AS other ON other.number = own.${interned}`;
      const rows = database
        .prepare<[number], Record<string, unknown>>(
          `SELECT ${[...own, ...named].join(', ')} FROM ${name} AS own ${join} WHERE own.run = ? ORDER BY own.${order.replaceAll(', ', ', own.')}`,
        )
        .all(run);
      return [name, rows.map(asDocument)];
    }),
  );
}

/** @throws ThawError `import.unreadable` */
function refuse(found: string): never {
  throw new ThawError(
    'import.unreadable',
    `What is imported must be of the form that Thaw writes; ${found}.`,
    'Export the run again with the Thaw that trained it.',
  );
}

function bound(value: string | number | null, { name, type }: Column, table: string): unknown {
  if (type === 'BLOB') {
    if (typeof value === 'string' && /^(?:[0-9a-f]{2})*$/.test(value)) return Buffer.from(value, 'hex');
    return refuse(`the column '${name}' of '${table}' holds no hexadecimal digits`);
  }
  // The column takes any type, and a plain number would be bound as a real one.
  return type === 'ANY' && Number.isSafeInteger(value) ? BigInt(value ?? 0) : value;
}

/** Puts a row into a table. Column names come from the table and never from the row. */
function insertRow(
  database: Database.Database,
  table: string,
  row: TableRow,
  own: Readonly<Record<string, unknown>>,
): void {
  const columns = columnsOf(database, table);
  const unknown = Object.keys(row).find((key) => Object.hasOwn(own, key) || !columns.some(({ name }) => name === key));
  if (unknown !== undefined) refuse(`the table '${table}' has no column '${unknown.slice(0, 100)}'`);
  const given = columns.filter(({ name }) => Object.hasOwn(row, name) || Object.hasOwn(own, name));
  database
    .prepare(
      `INSERT INTO ${table} (${given.map(({ name }) => `"${name}"`).join(', ')})
       VALUES (${given.map(() => '?').join(', ')})`,
    )
    .run(
      given.map((column) =>
        Object.hasOwn(own, column.name) ? own[column.name] : bound(row[column.name] ?? null, column, table),
      ),
    );
}

function intern(database: Database.Database, column: InternedColumn, row: TableRow): number {
  const { table, columns } = INTERNED[column];
  const values = columns.map((name) => row[`${column}.${name}`] ?? null);
  database
    .prepare(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
    .run(values);
  const found = database
    .prepare<unknown[], number>(
      `SELECT number FROM ${table} WHERE ${columns.map((name) => `${name} = ?`).join(' AND ')}`,
    )
    .pluck()
    .get(values);
  return found ?? refuse(`a row of '${table}' is not whole`);
}

/** Puts what `dumpRunTables` gave into the log, for another run. @throws ThawError `import.unreadable`, SqliteError */
export function insertRunTables(database: Database.Database, run: number, tables: Tables): void {
  const unknown = Object.keys(tables).find((name) => !TABLES.some((table) => table.name === name));
  if (unknown !== undefined) refuse(`there is no table '${unknown.slice(0, 100)}'`);
  for (const { name, interned } of TABLES) {
    for (const row of tables[name] ?? []) {
      const number = interned && intern(database, interned, row);
      const plain = Object.fromEntries(
        Object.entries(row).filter(([key]) => !interned || !key.startsWith(`${interned}.`)),
      );
      insertRow(database, name, plain, { run, ...(interned && { [interned]: number }) });
    }
  }
}

/**
 * Puts a run's own row into the log.
 *
 * @param own what this machine says of it, by column
 * @returns its number
 * @throws ThawError `import.unreadable`, SqliteError
 */
export function insertRunRow(
  database: Database.Database,
  row: TableRow,
  own: Readonly<Record<string, unknown>> & { readonly id: string },
): number {
  const foreign = Object.keys(row).find((key) => NOT_CARRIED.has(key));
  if (foreign !== undefined) refuse(`a run brings no column '${foreign}'`);
  const plain = Object.fromEntries(Object.entries(row).filter(([key]) => !Object.hasOwn(own, key)));
  insertRow(database, 'run', plain, own);
  const number = database.prepare<[string], number>('SELECT number FROM run WHERE id = ?').pluck().get(own.id);
  if (number === undefined) throw new Error(`Run ${own.id} was not written.`);
  return number;
}
