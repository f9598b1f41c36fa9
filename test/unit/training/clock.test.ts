import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunEventBody } from '../../../src/shared/contract/event.ts';
import { Clock } from '../../../src/engine/training/clock.ts';
import { Pause } from '../../../src/engine/training/pause.ts';
import { PhaseTimer, ProgressReporter } from '../../../src/engine/training/progress.ts';

describe('the clock of a run', () => {
  it('stands still while it is held, for phases, rates and time left', async () => {
    const clock = new Clock();
    const timer = new PhaseTimer(clock);
    const told: RunEventBody[] = [];
    const progress = new ProgressReporter((body) => told.push(body), 'train', 'step', { clock });
    await timer.measure('train', async () => {
      await sleep(60);
      await clock.hold(() => timer.measure('paused', () => sleep(400)));
      await sleep(60);
    });
    progress.report(12, 24);
    const { train = NaN, paused = NaN, total = NaN } = timer.timings();
    expect(train).toBeGreaterThanOrEqual(0.115);
    expect(train).toBeLessThan(0.4);
    expect(paused).toBeGreaterThan(0.39);
    expect(total).toBeGreaterThan(0.5);
    expect(told).toMatchObject([{ kind: 'progress', done: 12 }]);
    const [body] = told;
    if (body?.kind !== 'progress') throw new TypeError('No progress was told.');
    expect(body.ratePerSecond).toBeGreaterThan(12 / 0.4);
    expect(body.secondsLeft).toBeLessThan(0.4);
  });
});

describe('a pause', () => {
  const never = new AbortController().signal;

  it('is over at once where nobody asked for it', async () => {
    await new Pause().over(never);
  });

  it.each(['released', 'aborted'] as const)('is over when it is %s, and not before', async (end) => {
    const pause = new Pause();
    const abort = new AbortController();
    pause.request();
    let isOver = false;
    const over = pause.over(abort.signal).then(() => {
      isOver = true;
    });
    await sleep(20);
    expect(isOver).toBe(false);
    if (end === 'released') pause.release();
    else abort.abort();
    await over;
    expect(isOver).toBe(true);
  });

  it('can be taken back before it was followed, and asked for again', async () => {
    const pause = new Pause();
    pause.request();
    pause.release();
    expect(pause.isRequested).toBe(false);
    await pause.over(never);
    pause.request();
    expect(pause.isRequested).toBe(true);
  });
});
