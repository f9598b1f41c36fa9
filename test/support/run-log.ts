import Database from 'better-sqlite3';
import { logPath } from '../../src/engine/experiment/log.ts';

/** Looks into the log of a workspace beside whoever writes it. */
function look<Result>(home: string, action: (database: Database.Database) => Result): Result {
  const database = new Database(logPath(home), { readonly: true });
  try {
    return action(database);
  } finally {
    database.close();
  }
}

/** What SQLite's own checks find wrong with the log; nothing, it is hoped. */
export function damage(home: string): unknown[] {
  return look(home, (database) => {
    const findings = database.prepare<[], string>('PRAGMA integrity_check').pluck().all();
    return [...findings.filter((finding) => finding !== 'ok'), ...database.prepare('PRAGMA foreign_key_check').all()];
  });
}

/** The process that trains in a workspace now; null where none does. */
export function trainerProcess(home: string): number | null {
  return look(
    home,
    (database) => database.prepare<[], number | null>('SELECT trainer_pid FROM trainer_lock').pluck().get() ?? null,
  );
}

/** How many epochs of all runs have figures in the log: they come there a moment after they were told. */
export function epochsLogged(home: string): number {
  return look(
    home,
    (database) => database.prepare<[], number>('SELECT count(DISTINCT epoch) FROM epoch_metric').pluck().get() ?? 0,
  );
}

/** The steps that the log has a loss of, in order. */
export function loggedSteps(home: string, runId: string): number[] {
  return look(home, (database) =>
    database
      .prepare<[string], number>(
        `SELECT step FROM step_metric JOIN metric_key ON metric_key.number = step_metric.key
         JOIN run ON run.number = step_metric.run WHERE run.id = ? AND metric_key.name = 'loss' ORDER BY step`,
      )
      .pluck()
      .all(runId),
  );
}
