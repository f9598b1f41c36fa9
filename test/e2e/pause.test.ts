import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/shared/contract/run.ts';
import { createService, type Service } from '../../src/engine/service/create-service.ts';
import { isRunning, processStartToken } from '../../src/engine/experiment/owner.ts';
import { killHard, nextMessage, startProcess } from '../support/child.ts';
import { damage, trainerProcess } from '../support/run-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { computed } from '../support/training-job.ts';

const root = temporaryFolder();
const cache = path.join(root, 'cache');
const PATIENCE = { timeout: 60_000, interval: 50 };
let dataset = '';
/** What a run computes that nobody disturbs. */
let undisturbed: readonly (number | null)[];
let homes = 0;
const open = new Set<Service>();

function service(home: string): Service {
  const opened = createService({ home, cache });
  open.add(opened);
  return opened;
}

function newHome(): string {
  return path.join(root, `home-${++homes}`);
}

afterEach(async () => {
  await Promise.all([...open].map((opened) => opened.close()));
  open.clear();
});

async function start({ transport }: Service): Promise<string> {
  const { runId } = await transport.invoke('training.start', {
    dataset: { kind: 'folder', path: dataset },
    network: 'mobilenet_v1_0.25_32',
    strategy: 'scratch',
    epochs: 30,
    batchSize: 6,
  });
  return runId;
}

/** Pauses after the first epoch. */
async function startAndPause(engine: Service): Promise<string> {
  const paused = Promise.withResolvers<string>();
  engine.transport.subscribe('run', ({ runId, body }) => {
    if (body.kind === 'epoch' && body.metrics.epoch === 1) void engine.transport.invoke('training.pause', { runId });
    if (body.kind === 'status' && body.status === 'paused') paused.resolve(runId);
  });
  await start(engine);
  return paused.promise;
}

async function resultOf({ transport }: Service, runId: string): Promise<RunResult> {
  return (await transport.invoke('runs.show', { runId })).result;
}

beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
  const engine = service(newHome());
  const runId = await start(engine);
  const { status, history } = await engine.transport.invoke('training.wait', { runId });
  expect([status, history.length]).toEqual(['finished', 30]);
  undisturbed = computed(history);
});

describe('a run that is paused', () => {
  it('goes on to the bit, and its pause is nobody else’s time', async () => {
    const engine = service(newHome());
    const told: number[] = [];
    engine.transport.subscribe('run', ({ time, body }) => {
      if (body.kind === 'epoch') told.push(time);
    });
    const runId = await startAndPause(engine);
    const before = await resultOf(engine, runId);
    await sleep(2000);
    expect(await resultOf(engine, runId)).toEqual(before);
    await engine.transport.invoke('training.continue', { runId });
    const result = await engine.transport.invoke('training.wait', { runId });
    expect(result.status).toBe('finished');
    expect(computed(result.history)).toEqual(undisturbed);
    const paused = result.timings['paused'] ?? 0;
    expect(paused).toBeGreaterThan(1.9);
    // Counted in an epoch as well, it would be more than there was time for, by itself less what messages take.
    const wholeSeconds = ((told.at(-1) ?? 0) - (told[0] ?? 0)) / 1000;
    const epochSeconds = result.history.slice(1).reduce((sum, { seconds }) => sum + seconds, 0);
    expect(epochSeconds + paused).toBeLessThan(wholeSeconds + 1);
  });

  it('is interrupted where its trainer is killed, and resumed to the bit', async () => {
    const home = newHome();
    const engine = service(home);
    const runId = await startAndPause(engine);
    process.kill(trainerProcess(home) ?? NaN, 'SIGKILL');
    expect(await engine.transport.invoke('training.wait', { runId })).toMatchObject({
      status: 'interrupted',
      error: { code: 'training.process' },
    });
    await engine.transport.invoke('runs.resume', { runId });
    const result = await engine.transport.invoke('training.wait', { runId });
    expect(result.status).toBe('finished');
    expect(computed(result.history)).toEqual(undisturbed);
  });

  it('is interrupted where its engine is killed, whose trainer ends too, and resumed to the bit', async () => {
    const home = newHome();
    const engine = startProcess('pause-run', [home, cache, dataset]);
    const { runId } = (await nextMessage(engine)) as { runId: string };
    const pid = trainerProcess(home) ?? NaN;
    const trainer = { pid, startToken: processStartToken(pid) ?? '' };
    expect(isRunning(trainer)).toBe(true);
    await killHard(engine);
    await expect.poll(() => isRunning(trainer), PATIENCE).toBe(false);
    expect(damage(home)).toEqual([]);

    const next = service(home);
    expect(await resultOf(next, runId)).toMatchObject({ status: 'interrupted', error: { code: 'training.process' } });
    await next.transport.invoke('runs.resume', { runId });
    const result = await next.transport.invoke('training.wait', { runId });
    expect(result.status).toBe('finished');
    expect(computed(result.history)).toEqual(undisturbed);
  });

  it('stops, and is resumed to the bit', async () => {
    const engine = service(newHome());
    const runId = await startAndPause(engine);
    await engine.transport.invoke('training.stop', { runId });
    expect((await engine.transport.invoke('training.wait', { runId })).status).toBe('stopped');
    await engine.transport.invoke('runs.resume', { runId });
    const result = await engine.transport.invoke('training.wait', { runId });
    expect(computed(result.history)).toEqual(undisturbed);
  });
});
