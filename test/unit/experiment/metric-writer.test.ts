import Database from 'better-sqlite3';
import fc from 'fast-check';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { EpochMetrics } from '../../../src/shared/contract/run.ts';
import { logPath, openLog, type Log } from '../../../src/engine/experiment/log.ts';
import { MetricWriter } from '../../../src/engine/experiment/metric-writer.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { readResult } from '../../../src/engine/experiment/run-reader.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { killHard, nextMessage, startProcess } from '../../support/child.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const home = temporaryFolder();
const log = openLog(home);

function newRun(into: Log = log): string {
  const id = createRun(into, samplePlan(), null);
  releaseTrainerLock(into, id);
  return id;
}

function steps(of: Log, runId: string, key: string): { step: number; value: number | null }[] {
  return of.read('look', (database) =>
    database
      .prepare<[string, string], { step: number; value: number | null }>(
        `SELECT step, value FROM step_metric JOIN metric_key ON metric_key.number = step_metric.key
         JOIN run ON run.number = step_metric.run WHERE run.id = ? AND metric_key.name = ? ORDER BY step`,
      )
      .all(runId, key),
  );
}

interface KeptMetric {
  readonly at_best: number | null;
  readonly last: number | null;
  readonly least: number | null;
  readonly greatest: number | null;
}

/** What the log keeps of a run's metrics, by their key. */
function keptMetrics(runId: string): Record<string, KeptMetric> {
  const rows = log.read('look', (database) =>
    database
      .prepare<[string], KeptMetric & { name: string }>(
        `SELECT metric_key.name AS name, at_best, last, least, greatest FROM run_metric JOIN metric_key ON metric_key.number = key
         JOIN run ON run.number = run_metric.run WHERE run.id = ? ORDER BY metric_key.name`,
      )
      .all(runId),
  );
  return Object.fromEntries(rows.map(({ name, ...kept }) => [name, kept]));
}

/** The same by its meaning, from all epochs that the log has, those too whose figures are unknown. */
function metricsOf(runId: string): Record<string, KeptMetric> {
  const { bestEpoch } = readResult(log, runId);
  const points = log.read('look', (database) =>
    database
      .prepare<[string], { name: string; epoch: number; value: number | null }>(
        `SELECT metric_key.name AS name, epoch, value FROM epoch_metric JOIN metric_key ON metric_key.number = key
         JOIN run ON run.number = epoch_metric.run WHERE run.id = ? ORDER BY epoch`,
      )
      .all(runId),
  );
  return Object.fromEntries(
    [...Map.groupBy(points, ({ name }) => name)].map(([name, epochs]) => {
      const sorted = epochs.flatMap(({ value }) => value ?? []).toSorted((first, second) => first - second);
      return [
        name,
        {
          at_best: epochs.find(({ epoch }) => epoch === bestEpoch)?.value ?? null,
          last: epochs.at(-1)?.value ?? null,
          least: sorted[0] ?? null,
          greatest: sorted.at(-1) ?? null,
        },
      ];
    }),
  );
}

function writer(runId: string): MetricWriter {
  return new MetricWriter(log, runId, (error) => {
    throw error;
  });
}

function epoch(number: number, val_accuracy: number): EpochMetrics {
  return { epoch: number, loss: 1, accuracy: 0.5, val_loss: 1, val_accuracy, learningRate: 0.01, seconds: 0.1 };
}

describe('the metric writer', () => {
  it('writes nothing in push, and all of it within half a second', async () => {
    const runId = newRun();
    const metrics = writer(runId);
    for (let step = 1; step <= 10; step++) metrics.pushStep({ epoch: 1, step, values: { loss: 1 / step } });
    expect(steps(log, runId, 'loss')).toEqual([]);
    await expect.poll(() => steps(log, runId, 'loss').length, { timeout: 5000 }).toBe(10);
    metrics.close();
  });

  it('brings the log to what the checkpoint knows that a run goes on from', () => {
    const runId = newRun();
    const metrics = writer(runId);
    for (const [number, accuracy] of [0.5, 0.9, 0.6, 0.95].entries()) {
      // The third was lost with its owner; the fourth came after the checkpoint.
      if (number !== 2) metrics.pushEpoch(epoch(number + 1, accuracy), accuracy >= 0.9);
    }
    metrics.flush();
    metrics.restore([epoch(1, 0.5), epoch(2, 0.9), epoch(3, 0.6)], 2, null);
    expect(readResult(log, runId)).toMatchObject({
      history: [epoch(1, 0.5), epoch(2, 0.9), epoch(3, 0.6)],
      bestEpoch: 2,
      bestValAccuracy: 0.9,
      finalValAccuracy: 0.6,
    });
    metrics.restore([epoch(1, 0.5)], 0, { val_accuracy: 0.8 });
    expect(readResult(log, runId)).toMatchObject({ bestEpoch: 0, bestValAccuracy: 0.8, finalValAccuracy: 0.5 });
    metrics.restore([], null, null);
    expect(readResult(log, runId)).toMatchObject({ history: [], bestEpoch: null, finalValAccuracy: null });
    metrics.close();
  });

  it('writes a large batch without waiting for its time', async () => {
    const runId = newRun();
    const metrics = writer(runId);
    for (let step = 1; step <= 5000; step++) metrics.pushStep({ epoch: 1, step, values: { loss: 1, accuracy: 0.5 } });
    await setTimeout(1);
    expect(steps(log, runId, 'accuracy')).toHaveLength(5000);
    metrics.close();
  });

  it('keeps what is not a number as unknown', () => {
    const runId = newRun();
    const metrics = writer(runId);
    metrics.pushStep({ epoch: 1, step: 1, values: { loss: Number.NaN } });
    metrics.pushStep({ epoch: 1, step: 2, values: { loss: Number.POSITIVE_INFINITY } });
    metrics.close();
    expect(steps(log, runId, 'loss')).toEqual([
      { step: 1, value: null },
      { step: 2, value: Number.POSITIVE_INFINITY },
    ]);
  });

  it('tells the best epoch and the last one while the run goes on', () => {
    const runId = newRun();
    const metrics = writer(runId);
    metrics.pushEpoch(epoch(1, 0.5), true);
    metrics.pushEpoch(epoch(2, 0.75), true);
    metrics.pushEpoch(epoch(3, 0.7), false);
    metrics.close();
    expect(readResult(log, runId)).toMatchObject({ bestEpoch: 2, bestValAccuracy: 0.75, finalValAccuracy: 0.7 });
    expect(readResult(log, runId).history).toEqual([epoch(1, 0.5), epoch(2, 0.75), epoch(3, 0.7)]);
  });

  it('keeps of each metric its value at the best epoch, the last, the least and the greatest', () => {
    const runId = newRun();
    const metrics = writer(runId);
    const accuracies = [0.5, 0.75, 0.7, 0.6];
    for (const [index, accuracy] of accuracies.entries()) {
      metrics.pushEpoch(
        { ...epoch(index + 1, accuracy), val_loss: index === 2 ? Number.NaN : 1 - accuracy },
        index < 2,
      );
      metrics.flush();
    }
    expect(keptMetrics(runId)).toMatchObject({
      val_accuracy: { at_best: 0.75, last: 0.6, least: 0.5, greatest: 0.75 },
      val_loss: { at_best: 0.25, last: 0.4, least: 0.25, greatest: 0.5 },
      learning_rate: { at_best: 0.01, last: 0.01, least: 0.01, greatest: 0.01 },
    });
    metrics.close();
  });

  it('keeps the same of them in whatever order epochs come, come again and are forgotten', () => {
    const value = fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    );
    const pushed = fc.record({ epoch: fc.integer({ min: 1, max: 6 }), value, best: fc.boolean(), flush: fc.boolean() });
    const upTo = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(fc.array(pushed, { maxLength: 12 }), fc.option(upTo), fc.option(upTo), (points, restored, from) => {
        const runId = newRun();
        const metrics = writer(runId);
        for (const point of points) {
          metrics.pushEpoch({ ...epoch(point.epoch, point.value), val_loss: 1 - point.value }, point.best);
          if (point.flush) metrics.flush();
        }
        metrics.flush();
        if (restored !== null) {
          const history = Array.from({ length: restored }, (_, index) => epoch(index + 1, index / 8));
          metrics.restore(history, restored > 1 ? 2 : null, null);
        }
        if (from !== null) metrics.pushStep({ epoch: from, step: 1, values: { loss: 1 } });
        metrics.close();
        expect(keptMetrics(runId)).toEqual(metricsOf(runId));
      }),
      { numRuns: 60 },
    );
  });

  it('forgets what a resumed run does again, and nothing before', () => {
    const runId = newRun();
    const first = writer(runId);
    for (let step = 1; step <= 6; step++) first.pushStep({ epoch: step < 4 ? 1 : 2, step, values: { loss: step } });
    first.pushEpoch(epoch(1, 0.5), true);
    first.pushEpoch(epoch(2, 0.9), true);
    first.close();
    const resumed = writer(runId);
    resumed.pushStep({ epoch: 2, step: 4, values: { loss: 40 } });
    resumed.flush();
    resumed.pushStep({ epoch: 2, step: 5, values: { loss: 50 } });
    resumed.close();
    expect(steps(log, runId, 'loss').map(({ value }) => value)).toEqual([1, 2, 3, 40, 50]);
    expect(readResult(log, runId).history.map(({ epoch: number }) => number)).toEqual([1]);
  });

  it('keeps its points while the disk is full, and writes them once there is room', async () => {
    const own = openLog(temporaryFolder());
    const runId = newRun(own);
    const problems: unknown[] = [];
    const metrics = new MetricWriter(own, runId, (error) => problems.push(error));
    own.read('limit', (database) => {
      database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true }))}`);
    });
    for (let step = 1; step <= 4000; step++) metrics.pushStep({ epoch: 1, step, values: { loss: 1 } });
    await expectError(() => metrics.flush(), 'disk.full', 'write the metrics');
    metrics.pushStep({ epoch: 1, step: 4001, values: { loss: 1 } });
    await expect.poll(() => problems.length, { timeout: 5000 }).toBe(1);
    own.read('free', (database) => database.pragma('max_page_count = 100000'));
    metrics.close();
    expect(steps(own, runId, 'loss')).toHaveLength(4001);
    own.close();
  });

  it('waits for another process that holds the log for longer than a statement waits', async () => {
    const ownHome = temporaryFolder();
    const own = openLog(ownHome);
    const runId = newRun(own);
    own.read('wait less', (database) => database.pragma('busy_timeout = 1'));
    const other = new Database(logPath(ownHome));
    const problems: unknown[] = [];
    const metrics = new MetricWriter(own, runId, (error) => problems.push(error));
    other.exec('BEGIN IMMEDIATE');
    metrics.pushStep({ epoch: 1, step: 1, values: { loss: 1 } });
    await expectError(() => metrics.flush(), 'log.unreadable', 'held the experiment log for too long');
    metrics.pushStep({ epoch: 1, step: 2, values: { loss: 1 } });
    // Longer than until the next batch is due.
    await setTimeout(600);
    other.close();
    await expect.poll(() => steps(own, runId, 'loss').length, { timeout: 10_000 }).toBe(2);
    expect(problems).toEqual([]);
    own.close();
  });

  it('loses at most the last second when its process is killed, and never the file', async () => {
    const killedHome = temporaryFolder();
    const child = startProcess('run-and-append', [killedHome]);
    const { runId } = (await nextMessage(child)) as { runId: string };
    const told: { step: number; time: number }[] = [];
    child.on('message', (message) => told.push(message as { step: number; time: number }));
    await expect.poll(() => told.length, { timeout: 20_000 }).toBeGreaterThan(100);
    await killHard(child);
    const last = told.at(-1);
    const due = told.findLast(({ time }) => time < (last?.time ?? 0) - 1000)?.step ?? 0;
    const own = openLog(killedHome);
    own.assertSound();
    const kept = steps(own, runId, 'loss');
    expect(kept.length).toBeGreaterThanOrEqual(due);
    expect(kept.map(({ step }) => step)).toEqual(kept.map((_, index) => index + 1));
    expect(steps(own, runId, 'accuracy')).toHaveLength(kept.length);
    own.close();
  });
});
