import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunsEvent } from '../../../src/shared/contract/run-edit.ts';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { enqueueRun } from '../../../src/engine/experiment/queue.ts';
import { readResult } from '../../../src/engine/experiment/run-reader.ts';
import { assertTrainerIdle } from '../../../src/engine/experiment/trainer-lock.ts';
import { beginWaiting } from '../../../src/engine/service/begin-run.ts';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { localLogFile } from '../../../src/engine/service/local-log.ts';
import { showQueue } from '../../../src/engine/service/queue.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const TRAINER = path.join(import.meta.dirname, '../../support/processes/scripted-trainer.ts');
const PATIENCE = { timeout: 60_000 };

let context: ServiceContext;
let told: RunsEvent[] = [];
beforeEach(() => {
  process.env['THAW_TEST_TRAINER'] = 'finish';
  const home = temporaryFolder();
  context = new ServiceContext({ home, cache: path.join(home, 'cache'), entries: { trainer: TRAINER } });
  told = [];
  context.events.subscribe('runs', (event) => told.push(event));
});
afterEach(() => context.close());

/** As a disk that others have filled, or made room on again. */
function refuseWrites(refuse: boolean): void {
  context.log.read('set', (database) => database.pragma(`query_only = ${refuse ? 'on' : 'off'}`));
}

/** A run whose dataset is gone by the time that its turn has come. */
function enqueueHopeless(): string {
  return enqueueRun(context.log, samplePlan({ dataset: { kind: 'folder', path: path.join(context.home, 'none') } }));
}

const statusOf = (runId: string): string => readResult(context.log, runId).status;

describe('a log that cannot be written', () => {
  it('keeps the queue from going on with a run that could not begin, which is told, until that is written', async () => {
    const [hopeless, next] = [enqueueHopeless(), enqueueHopeless()];
    context.queue.work(async (runId) => {
      refuseWrites(true);
      await beginWaiting(context, runId);
    });
    await expectError(() => context.queue.drained(), 'disk.readOnly', 'write why the run cannot begin');
    expect(showQueue(context)).toMatchObject({ working: false, problem: { code: 'disk.readOnly' } });
    expect(told.filter(({ change }) => change === 'queue')).not.toEqual([]);
    expect(readFileSync(localLogFile(context.home), 'utf8')).toContain(hopeless);
    expect(statusOf(hopeless)).toBe('queued');

    refuseWrites(false);
    await expect.poll(() => statusOf(hopeless), PATIENCE).toBe('failed');
    assertTrainerIdle(context.log);
    expect(readResult(context.log, hopeless).error?.code).toBe('dataset.missing');
    context.queue.work((runId) => beginWaiting(context, runId));
    await context.queue.drained();
    expect(statusOf(next)).toBe('failed');
    expect(showQueue(context)).toEqual({ working: true, problem: null, waiting: [] });
  });

  it('gets the end of a run that trained once it can be, and gives its place to the next then', async () => {
    const runId = createRun(context.log, samplePlan(), null);
    const job = {
      runId,
      plan: samplePlan(),
      runDirectory: context.runDirectory(runId),
      cacheDirectory: context.cache,
      cacheLimitBytes: 0,
      sourceRunDirectory: null,
      home: context.home,
      resume: false,
    };
    context.supervise(job, true);
    refuseWrites(true);
    await expectError(async () => context.underWay(runId)?.done, 'disk.readOnly');
    expect(showQueue(context).problem).toMatchObject({ code: 'disk.readOnly' });
    await expectError(() => assertTrainerIdle(context.log), 'run.busy', runId);
    refuseWrites(false);
    const next = enqueueHopeless();
    context.queue.work((waiting) => beginWaiting(context, waiting));
    await expect.poll(() => statusOf(next), PATIENCE).toBe('failed');
    expect(statusOf(runId)).toBe('failed');
    expect(showQueue(context)).toEqual({ working: true, problem: null, waiting: [] });
  });
});

describe('a log that another program holds for a moment', () => {
  it('does not end the work on the queue', async () => {
    const waiting = enqueueHopeless();
    const other = openLog(context.home);
    context.log.read('set', (database) => database.pragma('busy_timeout = 0'));
    // It looks while the other holds the log.
    other.write('hold', () => context.queue.work((runId) => beginWaiting(context, runId)));
    other.close();
    await expect.poll(() => statusOf(waiting), PATIENCE).toBe('failed');
    expect(readFileSync(localLogFile(context.home), 'utf8')).toContain('another program held');
    expect(showQueue(context)).toEqual({ working: true, problem: null, waiting: [] });
  });
});

describe('an engine that closes', () => {
  it('begins no run afterwards', async () => {
    await context.close();
    let begun = 0;
    await expectError(() => context.starting(async () => Promise.resolve((begun += 1))), 'engine.lost');
    expect(begun).toBe(0);
    await expectError(() => context.log, 'engine.lost');
  });

  it('waits for a run that is about to begin, and stops it', async () => {
    process.env['THAW_TEST_TRAINER'] = 'until-stopped';
    const { log, home } = context;
    const reached = Promise.withResolvers<undefined>();
    const runId = createRun(log, samplePlan(), null);
    const beginning = context.starting(async () => {
      await reached.promise;
      context.supervise({
        runId,
        plan: samplePlan(),
        runDirectory: context.runDirectory(runId),
        cacheDirectory: context.cache,
        cacheLimitBytes: 0,
        sourceRunDirectory: null,
        home,
        resume: false,
      });
    });
    const closed = context.close();
    reached.resolve(undefined);
    await Promise.all([beginning, closed]);
    const again = openLog(home);
    expect(readResult(again, runId).status).toBe('stopped');
    assertTrainerIdle(again);
    again.close();
  });
});
