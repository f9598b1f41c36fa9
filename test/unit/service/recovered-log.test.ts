import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { logRecovered } from '../../../src/shared/contract/log-care.ts';
import type { RunsEvent } from '../../../src/shared/contract/run-edit.ts';
import { logPath, runDirectory } from '../../../src/engine/experiment/log.ts';
import { backUp } from '../../../src/engine/sqlite/backups.ts';
import { scriptedService } from '../../support/scripted-service.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let home = '';
let homes = 0;
beforeEach(() => {
  home = path.join(root, `home-${++homes}`);
});

function indexOf(runId: string): string {
  return readFileSync(path.join(runDirectory(home, runId), 'checkpoints/index.json'), 'utf8');
}

/** A workspace whose backup has two runs that wait, of which the first has trained since. */
async function trainedSinceBackup(): Promise<{
  readonly first: string;
  readonly second: string;
  readonly backup: string;
}> {
  const { transport, close } = scriptedService(home, 'finish');
  const { runId: first } = await transport.invoke('queue.add', { seed: 1 });
  const { runId: second } = await transport.invoke('queue.add', { seed: 2 });
  const { path: backup } = backUp(logPath(home));
  await transport.invoke('queue.cancel', { runIds: [second] });
  await transport.invoke('queue.work', {});
  await transport.invoke('queue.wait', {});
  await close();
  // What it wrote, told apart from what would be written anew.
  writeFileSync(path.join(runDirectory(home, first), 'checkpoints/index.json'), `${indexOf(first)}\n`);
  return { first, second, backup };
}

describe('a log that was recovered from before a run trained', () => {
  it('has it wait no more, says so, and lets it be resumed', async () => {
    const { first, second } = await trainedSinceBackup();
    const kept = indexOf(first);
    writeFileSync(logPath(home), 'no database');
    const { transport } = scriptedService(home, 'finish');
    const recovered = logRecovered.parse(await transport.invoke('log.recover', {}));
    expect(recovered).toMatchObject({ trainedSince: [first], unknownRuns: [] });
    expect((await transport.invoke('queue.list', {})).waiting).toMatchObject([{ runId: second }]);
    const { summary, result } = await transport.invoke('runs.show', { runId: first });
    expect(summary.status).toBe('interrupted');
    expect(result.error?.hint).toContain(`thaw runs resume ${first}`);
    await transport.invoke('queue.work', {});
    await transport.invoke('queue.wait', {});
    expect(indexOf(first)).toBe(kept);
    await transport.invoke('queue.hold', {});
    await transport.invoke('runs.resume', { runId: first });
    await transport.invoke('training.wait', { runId: first });
    expect((await transport.invoke('runs.show', { runId: first })).summary.status).toBe('finished');
  });

  it('does not have it write over its checkpoints, also where the backup was put there by hand', async () => {
    const { first, backup } = await trainedSinceBackup();
    const kept = indexOf(first);
    for (const suffix of ['-wal', '-shm']) rmSync(`${logPath(home)}${suffix}`, { force: true });
    copyFileSync(backup, logPath(home));
    const { transport } = scriptedService(home, 'finish');
    await transport.invoke('queue.work', {});
    await transport.invoke('queue.wait', {});
    const { summary, result } = await transport.invoke('runs.show', { runId: first });
    expect(summary.status).toBe('interrupted');
    expect(result.error).toMatchObject({ code: 'run.state', hint: expect.stringContaining('resume') as string });
    expect(indexOf(first)).toBe(kept);
  });

  it('is told to every window of the engine', async () => {
    await trainedSinceBackup();
    const { transport } = scriptedService(home, 'finish');
    const windows: RunsEvent[][] = [[], []];
    for (const told of windows) transport.subscribe('runs', (event) => told.push(event));
    await transport.invoke('runs.list', {});
    writeFileSync(logPath(home), 'no database');
    await transport.invoke('log.recover', {});
    for (const told of windows) {
      expect(told).toContainEqual({ change: 'list', runIds: [] });
      expect(told).toContainEqual({ change: 'queue', runIds: [] });
    }
  });
});
