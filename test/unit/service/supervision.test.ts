import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { runEvent } from '../../../src/shared/contract/event.ts';
import { runResult } from '../../../src/shared/contract/run.ts';
import { logPath, openLog } from '../../../src/engine/experiment/log.ts';
import { expectError } from '../../support/expect-error.ts';
import { scriptedService } from '../../support/scripted-service.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let home = '';
let homes = 0;
beforeEach(() => {
  home = path.join(root, `home-${++homes}`);
});

describe('a run under supervision', () => {
  it('finishes with what its trainer told, all of it in the log', async () => {
    const { transport, events } = scriptedService(home, 'finish');
    const { runId, plan } = await transport.invoke('training.start', {});
    const result = runResult.parse(await transport.invoke('training.wait', { runId }));
    expect(result).toMatchObject({
      status: 'finished',
      bestValAccuracy: 0.75,
      frozenUnchanged: true,
      warnings: ['one image is small'],
    });
    expect(result.history).toHaveLength(1);
    const detail = await transport.invoke('runs.show', { runId });
    expect(detail).toMatchObject({ plan, environment: { device: 'CPU' }, result: { dataset: { train: 2 } } });
    expect(detail.proof).toHaveLength(1);
    expect(statSync(path.join(home, 'runs', runId)).mode & 0o777).toBe(0o700);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    for (const event of events) runEvent.parse(event);
    expect(events.at(0)?.body).toMatchObject({ kind: 'status', status: 'running' });
    expect(events.at(-1)?.body).toMatchObject({ kind: 'status', status: 'finished' });
    expect(events.map(({ body }) => body.kind)).toEqual(['status', 'warning', 'step', 'step', 'epoch', 'status']);
  });

  it('is warned once that its log lies on a network disk, and keeps all of it there', async () => {
    const { transport, events } = scriptedService(home, 'finish', { diskOf: () => 'a network disk (NFS)' });
    const { runId } = await transport.invoke('training.start', {});
    const result = await transport.invoke('training.wait', { runId });
    expect(result).toMatchObject({ status: 'finished', bestValAccuracy: 0.75 });
    const told = events.flatMap(({ body }) => (body.kind === 'warning' ? [body.message] : []));
    for (const warnings of [result.warnings, told]) {
      expect(warnings.filter((warning) => warning.includes('a network disk (NFS)'))).toHaveLength(1);
    }
    expect(await transport.invoke('log.check', {})).toMatchObject({
      problems: [],
      networkDisk: 'a network disk (NFS)',
      figures: { runs: 1 },
    });
    expect(existsSync(`${logPath(home)}-wal`)).toBe(false);
  });

  it('is interrupted when its trainer is killed, and goes on under the same id', async () => {
    const killed = scriptedService(home, 'killed');
    const { runId } = await killed.transport.invoke('training.start', {});
    const result = await killed.transport.invoke('training.wait', { runId });
    expect(result.status).toBe('interrupted');
    expect(result.error).toMatchObject({ code: 'training.process' });
    expect(result.error?.message).toContain('signal SIGKILL');
    expect(result.error?.hint).toContain(`thaw runs resume ${runId}`);
    expect(result.history).toHaveLength(1);
    await killed.close();

    const again = scriptedService(home, 'finish');
    expect(await again.transport.invoke('runs.resume', { runId })).toEqual({ runId });
    const resumed = await again.transport.invoke('training.wait', { runId });
    expect(resumed).toMatchObject({ runId, status: 'finished', error: null });
    expect(resumed.history.map(({ epoch }) => epoch)).toEqual([1, 2]);
    await expectError(() => again.transport.invoke('runs.resume', { runId }), 'run.state', 'is finished');
  });

  it.each([
    {
      ending: 'out-of-memory',
      message:
        'The memory must hold a whole batch; batch 64 needs about 7.9 GB, 6.0 GB were free, and the trainer was ended, as it seems for want of memory (SIGKILL).',
      hint: 'Try --batch 16 --batch-eval 16',
    },
    {
      ending: 'bad-alloc',
      message:
        'The memory must hold a whole batch; batch 64 needs about 1.0 GB, 6.0 GB were free, and the trainer ended with signal SIGABRT.',
      hint: 'Try --batch 32 --batch-eval 32',
    },
  ] as const)('says so when its trainer ran out of memory: $ending', async ({ ending, message, hint }) => {
    const { transport } = scriptedService(home, ending);
    const { runId } = await transport.invoke('training.start', {});
    const { status, error } = await transport.invoke('training.wait', { runId });
    expect(status).toBe('interrupted');
    expect(error).toMatchObject({ code: 'memory.full', message });
    expect(error?.hint).toContain(hint);
  });

  it('keeps what a trainer wrote before it crashed, and tells nobody its stack', async () => {
    const { transport, close } = scriptedService(home, 'crash-at-start');
    const { runId } = await transport.invoke('training.start', {});
    const { status, error } = await transport.invoke('training.wait', { runId });
    expect(status).toBe('interrupted');
    expect(error?.message).toContain('exit code 3');
    expect(error?.hint).toContain('thaw doctor');
    await expectError(() => transport.invoke('runs.resume', { runId }), 'run.state', 'before it wrote one');
    await close();
    const log = openLog(home);
    const lines = log.read('look', (database) =>
      database.prepare("SELECT text FROM log_line WHERE level = 'trainer'").pluck().all(),
    );
    expect(lines).toEqual(['libtensorflow: cannot open shared object file']);
    log.close();
  });

  it('fails with the error its trainer met', async () => {
    const { transport } = scriptedService(home, 'fail');
    const { runId } = await transport.invoke('training.start', {});
    expect(await transport.invoke('training.wait', { runId })).toMatchObject({
      status: 'failed',
      error: { code: 'training.diverged', hint: 'Lower it.' },
    });
  });

  it('stops when asked and can be resumed', async () => {
    const { transport, events } = scriptedService(home, 'until-stopped');
    const { runId } = await transport.invoke('training.start', {});
    await expect.poll(() => events.some(({ body }) => body.kind === 'epoch'), { timeout: 10_000 }).toBe(true);
    expect(await transport.invoke('training.stop', { runId })).toEqual({});
    expect(await transport.invoke('training.wait', { runId })).toMatchObject({ status: 'stopped', error: null });
    await expectError(() => transport.invoke('training.stop', { runId }), 'run.state', 'is stopped');
  });

  it('is killed when it does not listen, and then interrupted', async () => {
    const { transport, events } = scriptedService(home, 'deaf');
    const { runId } = await transport.invoke('training.start', {});
    await expect.poll(() => events.some(({ body }) => body.kind === 'epoch'), { timeout: 10_000 }).toBe(true);
    for (let times = 0; times < 3; times++) await transport.invoke('training.stop', { runId });
    const result = await transport.invoke('training.wait', { runId });
    expect(result.status).toBe('interrupted');
    expect(result.error?.message).toContain('as asked');
  });

  it('ends though its trainer lingers after its result', async () => {
    const { transport } = scriptedService(home, 'linger');
    const { runId } = await transport.invoke('training.start', {});
    expect(await transport.invoke('training.wait', { runId })).toMatchObject({ status: 'finished' });
  });

  it('fails where its results cannot be kept, and frees the place of the trainer', async () => {
    const { transport } = scriptedService(home, 'wrong-proof');
    const { runId } = await transport.invoke('training.start', {});
    await expect(transport.invoke('training.wait', { runId })).rejects.toThrow(/64 hexadecimal digits/);
    expect((await transport.invoke('runs.show', { runId })).result).toMatchObject({ status: 'failed' });
    await transport.invoke('cache.clear', {});
  });

  it('is alone: a second one is refused, naming the first', async () => {
    const first = scriptedService(home, 'until-stopped');
    const second = scriptedService(home, 'until-stopped');
    const { runId } = await first.transport.invoke('training.start', {});
    await expectError(() => second.transport.invoke('training.start', {}), 'run.busy', runId, String(process.pid));
    await expectError(() => second.transport.invoke('cache.clear', {}), 'run.busy', runId);
    await expectError(() => second.transport.invoke('training.stop', { runId }), 'run.state', 'from here');
    expect(await second.transport.invoke('runs.list', {})).toMatchObject({ total: 1, runs: [{ runId }] });
    await first.transport.invoke('training.stop', { runId });
    // The other service learns of the end from the log.
    expect(await second.transport.invoke('training.wait', { runId })).toMatchObject({ status: 'stopped' });
  });

  it('stops when its service closes', async () => {
    const { transport, close } = scriptedService(home, 'until-stopped');
    const { runId } = await transport.invoke('training.start', {});
    await close();
    const { transport: later } = scriptedService(home, 'finish');
    expect((await later.invoke('runs.show', { runId })).result.status).toBe('stopped');
  });
});

describe('a run that is stopped early', () => {
  it('is finished, says so, and has the reason in its own log without a warning', async () => {
    const { transport } = scriptedService(home, 'stopped-early');
    const { runId } = await transport.invoke('training.start', {});
    const result = await transport.invoke('training.wait', { runId });
    expect(result).toMatchObject({ status: 'finished', stoppedEarly: true, warnings: ['one image is small'] });
    const log = openLog(home);
    const lines = log.read('look', (database) =>
      database.prepare("SELECT text FROM log_line WHERE level = 'information'").pluck().all(),
    );
    expect(lines).toContain('val_loss has not become better');
    log.close();
  });
});

describe('a run that cannot begin', () => {
  it.each([
    ['a dataset that is not there', { dataset: { kind: 'folder', path: '/no/such' } }, 'dataset.missing', '/no/such'],
    [
      'weights that are not there',
      { weights: { kind: 'file', path: '/no/such.h5' } },
      'weights.missing',
      '/no/such.h5',
    ],
    ['weights of an unknown run', { weights: { kind: 'run', runId: 'nope' } }, 'run.unknown', 'nope'],
    ['an unknown network', { network: 'vgg' }, 'network.unknown', 'vgg'],
    ['a rule that matches nothing', { rules: [{ action: 'freeze', pattern: 'zzz' }] }, 'usage.noMatch', 'zzz'],
    ['nothing left to train', { rules: [{ action: 'freeze', pattern: '/./' }] }, 'usage.invalid', 'leaves none'],
  ] as const)('leaves nothing behind: %s', async (_, request, code, word) => {
    const { transport } = scriptedService(home, 'finish');
    await expectError(
      () =>
        transport.invoke(
          'training.start',
          structuredClone(request) as Parameters<typeof transport.invoke<'training.start'>>[1],
        ),
      code,
      word,
    );
    expect(await transport.invoke('runs.list', {})).toEqual({ total: 0, runs: [] });
    expect(existsSync(path.join(home, 'runs'))).toBe(false);
  });

  it('is told why by its trainer, and leaves the log to runs that trained', async () => {
    const { transport, events } = scriptedService(home, 'refuse');
    const { runId } = await transport.invoke('training.start', {});
    await expectError(() => transport.invoke('training.wait', { runId }), 'memory.full', 'does not fit');
    expect(await transport.invoke('runs.list', {})).toEqual({ total: 0, runs: [] });
    expect(existsSync(path.join(home, 'runs', runId))).toBe(false);
    expect(events.map(({ body }) => (body.kind === 'status' ? [body.status, body.error?.code] : body.kind))).toEqual([
      ['running', undefined],
      ['failed', 'memory.full'],
    ]);
    // The place of the one trainer is free again.
    await expectError(() => transport.invoke('training.stop', { runId }), 'run.unknown', runId);
    await transport.invoke('cache.clear', {});
  });

  it('is still shown, with the reason, by the window that followed it, and to nobody once the engine has ended', async () => {
    const { transport, close } = scriptedService(home, 'refuse');
    const { runId, plan } = await transport.invoke('training.start', {});
    await expectError(() => transport.invoke('training.wait', { runId }), 'memory.full', 'does not fit');
    expect(await transport.invoke('runs.attach', { runId })).toMatchObject({
      sequence: 2,
      status: 'failed',
      history: [],
    });
    expect(await transport.invoke('runs.show', { runId })).toMatchObject({
      plan,
      summary: { status: 'failed' },
      result: { status: 'failed', error: { code: 'memory.full', hint: 'Try --batch 2.' } },
    });
    const curves = await transport.invoke('runs.series', { runId, by: 'step', keys: ['loss'], maxPoints: 10 });
    expect(curves).toMatchObject([{ key: 'loss', points: 0 }]);
    expect(await transport.invoke('runs.layers', { runId })).toEqual([]);
    expect(await transport.invoke('runs.checkpoints', { runId })).toEqual([]);
    await expectError(() => transport.invoke('training.wait', { runId }), 'memory.full', 'does not fit');
    await close();
    const { transport: later } = scriptedService(home, 'finish');
    await expectError(() => later.invoke('runs.show', { runId }), 'run.unknown', runId);
  });

  it('keeps its checkpoint where it was to go on from one, and goes on once nothing is wrong any more', async () => {
    const stopped = scriptedService(home, 'killed');
    const { runId } = await stopped.transport.invoke('training.start', {});
    await stopped.transport.invoke('training.wait', { runId });
    await stopped.close();
    const refused = scriptedService(home, 'refuse');
    await refused.transport.invoke('runs.resume', { runId });
    expect(await refused.transport.invoke('training.wait', { runId })).toMatchObject({
      status: 'interrupted',
      error: { code: 'memory.full' },
    });
    await refused.close();
    const again = scriptedService(home, 'finish');
    await again.transport.invoke('runs.resume', { runId });
    expect(await again.transport.invoke('training.wait', { runId })).toMatchObject({ status: 'finished', error: null });
  });

  it('leaves nothing behind where its folder cannot be made', async () => {
    const { transport } = scriptedService(home, 'finish');
    await transport.invoke('runs.list', {});
    writeFileSync(path.join(home, 'runs'), 'a file where the runs belong');
    await expect(transport.invoke('training.start', {})).rejects.toThrow();
    expect(await transport.invoke('runs.list', {})).toEqual({ total: 0, runs: [] });
  });

  it('says so where the dataset is a file', async () => {
    const { transport } = scriptedService(home, 'finish');
    const file = path.join(root, 'photo.jpg');
    writeFileSync(file, '');
    await expectError(
      () => transport.invoke('training.start', { dataset: { kind: 'folder', path: file } }),
      'dataset.missing',
      'found a file',
    );
  });

  it('says so where a run has no checkpoint to start from', async () => {
    const failing = scriptedService(home, 'crash-at-start');
    const { runId } = await failing.transport.invoke('training.start', {});
    await failing.transport.invoke('training.wait', { runId });
    const request = { weights: { kind: 'run', runId } } as const;
    await expectError(() => failing.transport.invoke('training.start', request), 'training.checkpoint', 'best');
    await expectError(
      () => failing.transport.invoke('predict', { runId, images: ['a.jpg'], top: 1 }),
      'training.checkpoint',
      'best',
    );
  });

  it('opens no log that is not needed', async () => {
    const { transport } = scriptedService(home, 'finish');
    expect((await transport.invoke('networks.list', {})).length).toBeGreaterThan(3);
    await transport.invoke('cache.show', {});
    expect(existsSync(logPath(home))).toBe(false);
  });
});
