import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { schedulePlan, type SchedulePlan } from '../../../src/shared/contract/plan.ts';
import { learningRateAt } from '../../../src/engine/training/schedule.ts';
import { epochMetrics } from '../../support/epoch-metrics.ts';
import { samplePlan } from '../../support/training-plan.ts';

const { cases, ...made } = z
  .object({
    learningRate: z.number(),
    epochs: z.int(),
    stepsPerEpoch: z.int(),
    cases: z.array(
      z.object({
        name: z.string(),
        schedule: schedulePlan,
        warmupEpochs: z.number(),
        history: z.array(z.object({ val_loss: z.number().default(0), val_accuracy: z.number().default(0) })),
        rates: z.array(z.number()),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../../fixtures/schedules.json', import.meta.url), 'utf8')));
const { epochs, stepsPerEpoch } = made;

type Metrics = (typeof cases)[number]['history'][number];

/** The rate of every step of a run, each epoch's metrics known once it is done. */
function ratesOf(schedule: SchedulePlan, { warmupEpochs = 0, metrics = [] as readonly Metrics[] } = {}): number[] {
  const optimizer = { kind: 'sgd', learningRate: made.learningRate, momentum: 0, nesterov: false } as const;
  const plan = samplePlan({ optimizer, schedule, warmupEpochs, epochs });
  return Array.from({ length: epochs * stepsPerEpoch }, (_, done) => {
    const epoch = 1 + Math.floor(done / stepsPerEpoch);
    const history = Array.from({ length: epoch - 1 }, (__, past) => epochMetrics(past + 1, metrics[past]));
    return learningRateAt(plan, { epoch, step: done % stepsPerEpoch, stepsPerEpoch, history });
  });
}

const NEVER_BETTER = Array.from({ length: epochs }, () => ({ val_loss: 1, val_accuracy: 0.5 }));
const PLATEAU = { kind: 'plateau', monitor: 'val_loss', patience: 2, factor: 0.5, floor: 0 } as const;

const anySchedule = fc.oneof(
  fc.record({ kind: fc.constant('constant' as const) }),
  fc.record({
    kind: fc.constant('step' as const),
    epochs: fc.integer({ min: 1, max: 9 }),
    factor: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
  }),
  fc.record({ kind: fc.constant('exponential' as const), factor: fc.double({ min: 0.01, max: 0.99, noNaN: true }) }),
  fc.record({ kind: fc.constant('inverseTime' as const), decay: fc.double({ min: 0, max: 5, noNaN: true }) }),
  fc.record({ kind: fc.constant('cosine' as const), floor: fc.double({ min: 0, max: 0.99, noNaN: true }) }),
  fc.constant(PLATEAU),
);

describe('a learning rate', () => {
  it.each(cases)('goes on as with Keras: $name', ({ schedule, warmupEpochs, history, rates }) => {
    const found = ratesOf(schedule, { warmupEpochs, metrics: history });
    rates.forEach((rate, step) => expect(found[step], `step ${step}`).toBeCloseTo(rate, 7));
    expect(rates.length).toBeGreaterThan(0);
  });

  it('is the whole rate at the last step of the warm-up, and begins its schedule after it', () => {
    const schedule = { kind: 'exponential', factor: 0.5 } as const;
    const late = ratesOf(schedule, { warmupEpochs: 1.4 });
    [1, 2, 3, 4, 5, 6, 7].forEach((part) => {
      expect(late[part - 1]).toBeCloseTo((made.learningRate * part) / 7, 12);
    });
    expect(late.slice(7)).toEqual(ratesOf(schedule).slice(0, -7));
  });

  it('falls along the cosine from the end of the warm-up to the end of the run', () => {
    const rates = ratesOf({ kind: 'cosine', floor: 0 }, { warmupEpochs: 2 });
    const half = 2 * stepsPerEpoch + ((epochs - 2) * stepsPerEpoch) / 2;
    expect(rates[2 * stepsPerEpoch]).toBe(made.learningRate);
    expect(rates[half]).toBeCloseTo(made.learningRate / 2, 12);
    expect(rates.at(-1)).toBeLessThan(made.learningRate / 100);
  });

  it('does not wait for a plateau while it warms up', () => {
    const fallsAt = (warmupEpochs: number): number => {
      const rates = ratesOf(PLATEAU, { warmupEpochs, metrics: NEVER_BETTER });
      return 1 + rates.findIndex((rate, step) => rate < (rates[step - 1] ?? 0)) / stepsPerEpoch;
    };
    // The first epoch after the warm-up sets the mark that two more must miss.
    expect([fallsAt(0), fallsAt(2)]).toEqual([4, 6]);
  });

  it('is a number above 0, and never above the rate of the plan', () => {
    fc.assert(
      fc.property(anySchedule, fc.double({ min: 0, max: 20, noNaN: true }), (schedule, warmupEpochs) => {
        for (const rate of ratesOf(schedule, { warmupEpochs, metrics: NEVER_BETTER })) {
          expect(rate).toBeGreaterThan(0);
          expect(rate).toBeLessThanOrEqual(made.learningRate);
        }
      }),
      // 0.05 * 3 / 3 is above 0.05: the last of three steps of a warm-up must not be.
      { examples: [[{ kind: 'constant' }, 3 / made.stepsPerEpoch]] },
    );
  });
});
