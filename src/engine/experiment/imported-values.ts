import { z } from 'zod';
import { LONGEST_NAME, LONGEST_NOTE, LONGEST_TAG, MOST_TAGS } from '../../shared/contract/run-edit.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { TableRow } from './run-tables.ts';

/** The last millisecond of the year 9999: dates of later years are written in another way, or not at all. */
export const LATEST_TIME = 253_402_300_799_999;

/** Milliseconds since 1970, UTC. */
export const importedTime = z.int().min(0).max(LATEST_TIME);

/** @throws ThawError `import.unreadable` */
export function refuseImport(found: string, cause?: unknown): never {
  throw new ThawError(
    'import.unreadable',
    `What is imported must be a run as Thaw writes it; ${found}.`,
    'Export the run again with the Thaw that trained it.',
    { cause },
  );
}

function assertTimes(row: TableRow): void {
  for (const [column, value] of Object.entries(row)) {
    if (value === null || (column !== 'time' && !column.endsWith('_at'))) continue;
    if (!importedTime.safeParse(value).success) {
      refuseImport(`${JSON.stringify(value).slice(0, 100)} in '${column}' is no time of this era`);
    }
  }
}

function assertText(what: string, value: unknown, longest: number): void {
  if (typeof value === 'string' && value.length > longest) {
    refuseImport(`${what} has ${value.length} characters, and at most ${longest} are kept`);
  }
}

function assertDistinct(what: string, values: readonly string[]): void {
  const known = new Set<string>();
  for (const value of values) {
    if (known.has(value)) refuseImport(`it has two ${what} of the name ${JSON.stringify(value.slice(0, 100))}`);
    known.add(value);
  }
}

/**
 * Holds what a run from elsewhere says against what views and commands take for granted of every run.
 *
 * @throws ThawError `import.unreadable`
 */
export function assertImportedValues(
  run: TableRow,
  tables: Readonly<Record<string, readonly TableRow[]>>,
  classes: readonly string[],
): void {
  assertTimes(run);
  for (const rows of Object.values(tables)) rows.forEach(assertTimes);
  assertText('its name', run['name'], LONGEST_NAME);
  assertText('its note', run['note'], LONGEST_NOTE);
  const tags = tables['run_tag'] ?? [];
  if (tags.length > MOST_TAGS) refuseImport(`it has ${tags.length} tags, and at most ${MOST_TAGS} are kept`);
  for (const { tag } of tags) assertText('a tag', tag, LONGEST_TAG);
  assertDistinct('classes', classes);
  const layers = tables['layer_state'] ?? [];
  assertDistinct(
    'layers',
    layers.map((row) => `${String(row['stage'])} ${String(row['layer.name'])}`),
  );
}
