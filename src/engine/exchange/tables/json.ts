import type { Log } from '../../experiment/log.ts';
import { pointKeys, walkPoints, type MetricPoint } from '../../experiment/points-reader.ts';
import { runRecord } from './run-record.ts';

/** The version of these documents, so that a program that reads them may know. */
const TABLES_VERSION = 1;

/** JSON knows no infinities: they are texts. */
function pointCells({ position, epoch, value, time }: MetricPoint): string {
  return JSON.stringify([position, epoch, value === null || Number.isFinite(value) ? value : String(value), time]);
}

function* points(log: Log, runId: string): Generator<string> {
  let first = true;
  for (const by of ['step', 'epoch'] as const) {
    for (const key of pointKeys(log, runId, by)) {
      yield `${first ? '' : ','}\n{"by":"${by}","metric":${JSON.stringify(key)},"columns":["${by}","epoch","value","time"],"points":[`;
      first = false;
      let between = '';
      for (const page of walkPoints(log, runId, by, key)) {
        for (const point of page) {
          yield between + pointCells(point);
          between = ',';
        }
      }
      yield ']}';
    }
  }
}

/**
 * Runs as one JSON document, with their points where they are wanted.
 *
 * @throws ThawError `run.unknown`
 */
export function* runsJson(
  log: Log,
  runIds: readonly string[],
  { metrics, thaw }: { readonly metrics: boolean; readonly thaw: string },
): Generator<string> {
  const head = { schemaVersion: TABLES_VERSION, thaw, writtenAt: new Date().toISOString() };
  yield `${JSON.stringify(head).slice(0, -1)},"runs":[`;
  for (const [index, runId] of runIds.entries()) {
    const { facts, ...rest } = runRecord(log, runId);
    const document = JSON.stringify({ ...facts, ...rest });
    yield index === 0 ? '\n' : ',\n';
    if (!metrics) {
      yield document;
      continue;
    }
    yield `${document.slice(0, -1)},"series":[`;
    yield* points(log, runId);
    yield ']}';
  }
  yield '\n]}\n';
}
