import type Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Log } from './log.ts';
import { isAlive, type Owner } from './owner.ts';
import type { PointsBy } from './points-reader.ts';
import { recountRunMetrics } from './run-metric.ts';

/** `trashed_at` of a run that is not whole yet: it stands on no shelf, not even in the trash. */
export const ARRIVING = 0;

/** So many points are written at a time: a few hundredths of a second, and others wait for the log no longer. */
const POINTS_AT_A_TIME = 20_000;
/** Between two such writes: who waits for the log looks for it a few times a second. */
const PAUSE_MILLISECONDS = 20;

type ArrivingPoint = readonly [position: number, epoch: number, value: number | null, time: number];

/** Points of one metric, of a run that is taken in. */
export interface ArrivingMetric {
  readonly by: PointsBy;
  readonly key: string;
  readonly points: Iterable<ArrivingPoint>;
}

export interface Arrival {
  /** Puts the run's row and all but its points into the log, with that id and `trashed_at` as ARRIVING. @returns its number */
  readonly begin: (database: Database.Database, arrivingId: string) => number;
  readonly metrics: () => Iterable<ArrivingMetric>;
  /** Called as the last act but the row's own before it is there, in the same transaction. @returns the id that it gets */
  readonly name: (database: Database.Database, arrivingId: string) => string;
  readonly signal: AbortSignal;
}

/** Takes out a run that did not come to be whole, bit by bit as it was written. */
async function removeArriving(log: Log, run: number): Promise<void> {
  for (const [table, axis] of [
    ['step_metric', 'step'],
    ['epoch_metric', 'epoch'],
  ]) {
    for (;;) {
      const { changes } = log.write('take out what did not arrive', (database) =>
        database
          .prepare(
            `DELETE FROM ${table} WHERE run = :run AND (key, ${axis}) IN
               (SELECT key, ${axis} FROM ${table} WHERE run = :run LIMIT ${POINTS_AT_A_TIME})`,
          )
          .run({ run }),
      );
      if (changes < POINTS_AT_A_TIME) break;
      await setTimeout(PAUSE_MILLISECONDS);
    }
  }
  log.write('take out what did not arrive', (database) =>
    database.prepare(`DELETE FROM run WHERE number = ? AND trashed_at = ${ARRIVING}`).run(run),
  );
}

/** Takes out what imports left behind that were killed. */
async function removeAbandoned(log: Log): Promise<void> {
  const found = log.read('look for what did not arrive', (database) =>
    database
      .prepare<[], Owner & { readonly number: number; readonly heartbeatAt: number }>(
        `SELECT number, owner_pid AS pid, owner_start AS startToken, owner_host AS host, owner_boot AS boot,
                heartbeat_at AS heartbeatAt FROM run WHERE trashed_at = ${ARRIVING}`,
      )
      .all(),
  );
  for (const row of found) if (!isAlive(row, row.heartbeatAt, Date.now())) await removeArriving(log, row.number);
}

/** Writes the points of a run in many short transactions. @throws SqliteError where a metric has two points at one place */
async function writePoints(log: Log, run: number, { metrics, signal }: Arrival): Promise<void> {
  let waiting: { readonly by: PointsBy; readonly key: string; readonly point: ArrivingPoint }[] = [];
  const write = async (): Promise<void> => {
    signal.throwIfAborted();
    const points = waiting;
    waiting = [];
    log.write('write the imported run', (database) => {
      const addKey = database.prepare('INSERT OR IGNORE INTO metric_key (name) VALUES (?)');
      const findKey = database.prepare<[string], number>('SELECT number FROM metric_key WHERE name = ?').pluck();
      const addStep = database.prepare(
        'INSERT INTO step_metric (run, key, step, epoch, value, time) VALUES (?, ?, ?, ?, ?, ?)',
      );
      const addEpoch = database.prepare(
        'INSERT INTO epoch_metric (run, key, epoch, value, time) VALUES (?, ?, ?, ?, ?)',
      );
      const numbers = new Map<string, number | undefined>();
      for (const { by, key, point } of points) {
        const [position, epoch, value, time] = point;
        if (!numbers.has(key)) {
          addKey.run(key);
          numbers.set(key, findKey.get(key));
        }
        if (by === 'step') addStep.run(run, numbers.get(key), position, epoch, value, time);
        else addEpoch.run(run, numbers.get(key), position, value, time);
      }
      database.prepare('UPDATE run SET heartbeat_at = ? WHERE number = ?').run(Date.now(), run);
    });
    await setTimeout(PAUSE_MILLISECONDS);
  };
  for (const { by, key, points } of metrics()) {
    for (const point of points) {
      waiting.push({ by, key, point });
      if (waiting.length === POINTS_AT_A_TIME) await write();
    }
  }
  if (waiting.length > 0) await write();
}

/**
 * Takes a run in, whole or not at all, without holding the log for long: nobody sees it until its last write. What a killed
 * process left of one is taken out before the next.
 *
 * @returns its id
 * @throws what the parts of `arrival` throw
 */
export async function takeIn(log: Log, arrival: Arrival): Promise<string> {
  await removeAbandoned(log);
  const arrivingId = `arriving-${randomBytes(9).toString('hex')}`;
  const run = log.write('write the imported run', (database) => arrival.begin(database, arrivingId));
  try {
    await writePoints(log, run, arrival);
    return log.write('write the imported run', (database) => {
      recountRunMetrics(database, run);
      const runId = arrival.name(database, arrivingId);
      database.prepare('UPDATE run SET id = ?, trashed_at = NULL WHERE number = ?').run(runId, run);
      return runId;
    });
  } catch (error) {
    // Where that fails too, the import after this process has ended does it.
    await removeArriving(log, run).catch(() => undefined);
    throw error;
  }
}
