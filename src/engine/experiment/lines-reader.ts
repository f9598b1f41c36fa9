import {
  LINE_LEVELS,
  type LineLevel,
  type RunLine,
  type RunLines,
  type RunLinesRequest,
} from '../../shared/contract/run-lines.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';

const NONE = { information: 0, warning: 0, error: 0, trainer: 0 } as const;

/** Of a run that never began. */
export const NO_LINES: RunLines = { lines: [], counts: NONE, next: null };

/** A page of a run's log lines. @throws ThawError `run.unknown` */
export function readLines(log: Log, { runId, from = 1, limit, levels = [...LINE_LEVELS] }: RunLinesRequest): RunLines {
  return log.read('read the log lines', (database) => {
    const { number } = findRun(database, runId);
    const places = levels.map(() => '?').join(', ');
    const found = database
      .prepare<(number | string)[], RunLine>(
        `SELECT position, time, level, text FROM log_line
         WHERE run = ? AND position >= ? AND level IN (${places}) ORDER BY position LIMIT ?`,
      )
      .all(number, from, ...levels, limit + 1);
    const counted = database
      .prepare<[number], { level: LineLevel; lines: number }>(
        'SELECT level, count(*) AS lines FROM log_line WHERE run = ? GROUP BY level',
      )
      .all(number);
    const counts: RunLines['counts'] = { ...NONE };
    for (const { level, lines } of counted) counts[level] = lines;
    return { lines: found.slice(0, limit), counts, next: found[limit]?.position ?? null };
  });
}
