import type Database from 'better-sqlite3';

/**
 * Makes what is kept of each metric of a run anew from its epochs: the value at the best epoch, the last, the least and the
 * greatest. For whoever deletes or replaces epochs; to be called inside that transaction.
 *
 * @param run its number
 */
export function recountRunMetrics(database: Database.Database, run: number): void {
  database.prepare('DELETE FROM run_metric WHERE run = ?').run(run);
  database
    .prepare(
      `INSERT INTO run_metric (run, key, at_best, last, least, greatest)
       SELECT metric.run, metric.key, max(CASE WHEN metric.epoch = run.best_epoch THEN metric.value END),
         (SELECT value FROM epoch_metric AS late WHERE late.run = metric.run AND late.key = metric.key
          ORDER BY late.epoch DESC LIMIT 1),
         min(metric.value), max(metric.value)
       FROM epoch_metric AS metric JOIN run ON run.number = metric.run
       WHERE metric.run = ? GROUP BY metric.key`,
    )
    .run(run);
}

/**
 * Brings what is kept of a run's metrics forward by an epoch later than all others, without a walk through those.
 *
 * @returns takes a metric's key, its value (null where it is no number) and whether the epoch is the best so far
 */
export function followRunMetric(
  database: Database.Database,
  run: number,
): (key: number, value: number | null, best: boolean) => void {
  const follow = database.prepare(
    `INSERT INTO run_metric (run, key, at_best, last, least, greatest)
     VALUES (:run, :key, iif(:best, :value, NULL), :value, :value, :value)
     ON CONFLICT (run, key) DO UPDATE SET
       at_best = iif(:best, :value, at_best),
       last = :value,
       least = min(coalesce(least, :value), coalesce(:value, least)),
       greatest = max(coalesce(greatest, :value), coalesce(:value, greatest))`,
  );
  return (key, value, best) => void follow.run({ run, key, value, best: best ? 1 : 0 });
}
