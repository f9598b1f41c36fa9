import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainingPlan } from '../../../../src/shared/contract/plan.ts';
import { findRate } from '../../../../src/engine/training/finder/find-rate.ts';
import type { RateJob } from '../../../../src/engine/training/finder/finder-protocol.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../../support/tiny-dataset.ts';
import { never, trainingJob } from '../../../support/training-job.ts';

const SOME_TIME = 300_000;
const root = temporaryFolder();
let dataset = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 6, val: 3 });
});

const quiet = { emit: () => undefined, signal: never };

function job(rates: Pick<RateJob, 'from' | 'to' | 'steps'>, changes: Partial<TrainingPlan> = {}): RateJob {
  return { ...trainingJob(root, dataset, changes), ...rates };
}

describe('a search for a learning rate', () => {
  it.each([
    ['from pixels, each step anew', {}],
    ['above a frozen prefix', { strategy: 'features' }],
    ['with another optimizer', { optimizer: { kind: 'adadelta', learningRate: 1, rho: 0.9, epsilon: 1e-7 } }],
  ] as const)('tries every rate in turn: %s', { timeout: SOME_TIME }, async (_, changes) => {
    // More steps than an epoch has, with rates at which little happens.
    const { points, end } = await findRate(job({ from: 1e-6, to: 1e-4, steps: 20 }, changes), quiet);
    expect([points.length, end]).toEqual([20, 'rates']);
    expect([points[0]?.rate, points[19]?.rate].map((rate) => rate?.toPrecision(6))).toEqual([
      '0.00000100000',
      '0.000100000',
    ]);
    for (const { loss } of points) expect(loss).toBeGreaterThan(0);
  });

  it('gives the same curve again, to the last bit', { timeout: SOME_TIME }, async () => {
    const rates = { from: 1e-4, to: 1e-1, steps: 20 };
    const once = await findRate(job(rates, { strategy: 'features' }), quiet);
    expect(await findRate(job(rates, { strategy: 'features' }), quiet)).toEqual(once);
  });

  it('ends without an error where it diverges', { timeout: SOME_TIME }, async () => {
    const { end, points } = await findRate(job({ from: 1, to: 1e6, steps: 40 }), quiet);
    expect(end).not.toBe('rates');
    expect(points.length).toBeLessThan(40);
  });

  it('ends between two steps once it is cancelled', { timeout: SOME_TIME }, async () => {
    const stop = new AbortController();
    const told: number[] = [];
    const emit: (typeof quiet)['emit'] = (...bodies: readonly { kind: string; phase?: string; done?: number }[]) => {
      for (const { kind, phase, done } of bodies) {
        if (kind !== 'progress' || phase !== 'train') continue;
        told.push(done ?? NaN);
        stop.abort();
      }
    };
    const cancelled = findRate(job({ from: 1e-6, to: 1e-5, steps: 5000 }), { emit, signal: stop.signal });
    await expect(cancelled).rejects.toThrow(/abort/i);
    expect(told).toEqual([1]);
  });
});
