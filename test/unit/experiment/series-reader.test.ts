import { describe, expect, it } from 'vitest';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { MetricWriter } from '../../../src/engine/experiment/metric-writer.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { readSeries, type SeriesQuery } from '../../../src/engine/experiment/series-reader.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import type { MetricSeries, SeriesKey } from '../../../src/shared/contract/series.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const log = openLog(temporaryFolder());
const STEPS_PER_EPOCH = 50;

/** A run of so many epochs; the loss of a step is what `lossOf` gives. */
function writeRun(epochs: number, lossOf: (step: number) => number, extraSteps = 0): string {
  const runId = createRun(log, samplePlan(), null);
  releaseTrainerLock(log, runId);
  const metrics = new MetricWriter(log, runId, (error) => {
    throw error;
  });
  for (let step = 1; step <= epochs * STEPS_PER_EPOCH + extraSteps; step += 1) {
    const epoch = Math.ceil(step / STEPS_PER_EPOCH);
    metrics.pushStep({ epoch, step, values: { loss: lossOf(step), accuracy: step / 1e6, learning_rate: 0.01 } });
  }
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    metrics.pushEpoch(
      {
        epoch,
        loss: 1 / epoch,
        accuracy: 0.5,
        val_loss: 2 / epoch,
        val_accuracy: 0.25,
        learningRate: 0.01,
        seconds: 3,
      },
      false,
    );
  }
  metrics.close();
  return runId;
}

async function series(runId: string, key: SeriesKey, query: Partial<SeriesQuery>): Promise<MetricSeries> {
  const [found] = await readSeries(log, runId, { by: 'step', maxPoints: 1000, ...query, keys: [key] });
  if (!found) throw new Error('No curve came back.');
  return found;
}

const waves = (step: number): number => Math.sin(step / 7) + Math.sin(step * 1.7) / 10;
const runId = writeRun(20, waves, 13);

describe('the curves of a run', () => {
  it('are whole where they have no more points than are wanted', async () => {
    const { x, y, points } = await series(runId, 'loss', { maxPoints: 5000 });
    const steps = Array.from({ length: 1013 }, (_, index) => index + 1);
    expect([...x]).toEqual(steps);
    expect([...y]).toEqual(steps.map(waves));
    expect(points).toBe(1013);
  });

  it.each([2, 3, 4, 5, 10, 99, 500, 1012])('have at most %i points, rising, with both ends', async (maxPoints) => {
    const { x, y, points } = await series(runId, 'loss', { maxPoints });
    expect(x.length).toBeLessThanOrEqual(maxPoints);
    expect(x.length).toBeGreaterThanOrEqual(Math.min(maxPoints, 4) / 2);
    expect(y.length).toBe(x.length);
    expect([x.at(0), x.at(-1)]).toEqual([1, 1013]);
    expect([...x]).toEqual([...new Set(x)].sort((left, right) => left - right));
    expect([...y]).toEqual([...x].map(waves));
    expect(points).toBe(1013);
  });

  it('keep every peak, however thin', async () => {
    const peaks = new Map([
      [333, 40],
      [334, -40],
      [778, 90],
    ]);
    const spiky = writeRun(20, (step) => peaks.get(step) ?? waves(step));
    const { x, y } = await series(spiky, 'loss', { maxPoints: 40 });
    for (const [step, value] of peaks) expect(y[x.indexOf(step)]).toBe(value);
  });

  it.each([
    [100, 200, 101],
    [99.5, 200.5, 101],
    [undefined, 10, 10],
    [1000, undefined, 14],
    [2000, 3000, 0],
    [300, 200, 0],
  ])('show the part from %s to %s: %i points', async (from, to, count) => {
    const { x, points } = await series(runId, 'loss', { from, to, maxPoints: 2000 });
    expect(points).toBe(count);
    expect(x.length).toBe(count);
    for (const step of x) {
      expect(step).toBeGreaterThanOrEqual(from ?? 0);
      expect(step).toBeLessThanOrEqual(to ?? Infinity);
    }
  });

  it('count what a zoomed part holds though they thin it', async () => {
    const { x, points } = await series(runId, 'accuracy', { from: 200, to: 699, maxPoints: 20 });
    expect(points).toBe(500);
    expect([x.at(0), x.at(-1)]).toEqual([200, 699]);
  });

  it.each([
    ['epoch', 'val_loss', 1],
    ['epoch', 'loss', 1],
    ['step', 'val_loss', STEPS_PER_EPOCH],
    ['step', 'seconds', STEPS_PER_EPOCH],
  ] as const)('by %s, place %s of an epoch at its end', async (by, key, scale) => {
    const { x, points } = await series(runId, key, { by });
    expect([...x]).toEqual(Array.from({ length: 20 }, (_, index) => (index + 1) * scale));
    expect(points).toBe(20);
  });

  it('show a part of the epochs on an axis of steps', async () => {
    const { x } = await series(runId, 'val_loss', { by: 'step', from: 120, to: 260 });
    expect([...x]).toEqual([150, 200, 250]);
  });

  it('place epochs by a single one too', async () => {
    const { x } = await series(writeRun(1, waves), 'val_accuracy', { by: 'step' });
    expect([...x]).toEqual([STEPS_PER_EPOCH]);
  });

  it('have a gap where a value was no number', async () => {
    const diverged = writeRun(20, (step) => (step > 700 ? NaN : waves(step)));
    const { x, y } = await series(diverged, 'loss', { maxPoints: 50 });
    const gaps = [...x].filter((_, index) => Number.isNaN(y[index]));
    expect(gaps.length).toBeGreaterThan(5);
    expect(Math.min(...gaps)).toBeGreaterThan(700);
    expect(x.at(-1)).toBe(1000);
  });

  it('have no points before there are any', async () => {
    const empty = createRun(log, samplePlan(), null);
    releaseTrainerLock(log, empty);
    for (const by of ['step', 'epoch'] as const) {
      const found = await readSeries(log, empty, { by, keys: ['loss', 'val_loss'], maxPoints: 100 });
      expect(found.map(({ key, x, y, points }) => [key, x.length, y.length, points])).toEqual([
        ['loss', 0, 0, 0],
        ['val_loss', 0, 0, 0],
      ]);
    }
  });

  it('are told only of runs that are in the log', async () => {
    await expectError(() => series('nope', 'loss', {}), 'run.unknown', 'nope');
  });
});
