import type { Log } from './log.ts';

/** Of more runs than these nobody wants the ids: a list is read again as a whole. */
const MOST_NAMED = 200;

/** Where a log stands: see `log_revision`. */
export interface LogPosition {
  readonly revision: number;
  /** Which runs wait, in order. */
  readonly queue: string;
}

export interface LogChanges {
  readonly position: LogPosition;
  readonly list: boolean;
  readonly queue: boolean;
  /** Runs that were changed and are still there; none where there are too many. */
  readonly runIds: readonly string[];
}

const START: LogPosition = { revision: 0, queue: '' };

/** What any process has changed of the runs since the log was at `since`. */
export function readChanges(log: Log, since: LogPosition = START): LogChanges {
  return log.read('look for changes', (database) => {
    const revision = database.prepare<[], number>('SELECT value FROM log_revision').pluck().get() ?? 0;
    if (revision === since.revision) return { position: since, list: false, queue: false, runIds: [] };
    const waiting = database
      .prepare<[], string>('SELECT id FROM run WHERE queue_position IS NOT NULL ORDER BY queue_position, number')
      .pluck()
      .all();
    const queue = waiting.join(' ');
    const runIds = database
      .prepare<[number, number], string>(
        'SELECT id FROM run WHERE revision > ? AND trashed_at IS NOT 0 ORDER BY revision LIMIT ?',
      )
      .pluck()
      .all(since.revision, MOST_NAMED + 1);
    return {
      position: { revision, queue },
      list: true,
      queue: queue !== since.queue,
      runIds: runIds.length > MOST_NAMED ? [] : runIds,
    };
  });
}
