import { quote } from '../../../shared/csv/quote.ts';
import type { Log } from '../../experiment/log.ts';
import { readGivenOf } from '../../experiment/given-reader.ts';
import { pointKeys, walkPoints } from '../../experiment/points-reader.ts';
import { givenParameters } from '../given-parts.ts';
import { runRecord, type RunRecord } from './run-record.ts';

type Cell = RunRecord['facts'][string];

function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'object') return quote(value.join('; '));
  return String(value);
}

/** As RFC 4180 has it. */
function line(cells: readonly Cell[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function rowOf({ facts, parameters, metrics }: RunRecord): Readonly<Record<string, Cell>> {
  return { ...facts, ...metrics, ...parameters };
}

/** Runs as comma-separated values, a row each, with a column for all that any of them has; UTF-8. @throws ThawError `run.unknown` */
export function* runsCsv(log: Log, runIds: readonly string[]): Generator<string> {
  const [first, ...others] = runIds;
  if (first === undefined) return;
  // Runs differ in what was given before them, in nothing else.
  const columns = new Set(Object.keys(rowOf(runRecord(log, first))));
  for (const runId of others) {
    for (const [key] of givenParameters(readGivenOf(log, runId))) columns.add(key);
    // Nothing is to be written yet; who takes the pieces may leave others their turn.
    yield '';
  }
  yield line([...columns]);
  for (const runId of runIds) {
    // Read again: thousands of runs need not all be held.
    const row = rowOf(runRecord(log, runId));
    yield line([...columns].map((column) => row[column] ?? null));
  }
}

/** Every point of every metric of runs as comma-separated values, a row each; what is no number is an empty cell. @throws ThawError `run.unknown` */
export function* metricsCsv(log: Log, runIds: readonly string[]): Generator<string> {
  yield line(['run', 'by', 'metric', 'step', 'epoch', 'value', 'time']);
  for (const runId of runIds) {
    for (const by of ['step', 'epoch'] as const) {
      for (const key of pointKeys(log, runId, by)) {
        for (const page of walkPoints(log, runId, by, key)) {
          for (const { position, epoch, value, time } of page) {
            yield line([runId, by, key, by === 'step' ? position : null, epoch, value, new Date(time).toISOString()]);
          }
        }
      }
    }
  }
}
