import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EndpointName } from '../../../src/shared/contract/endpoint.ts';
import { runDirectory } from '../../../src/engine/experiment/log.ts';
import { expectError } from '../../support/expect-error.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { scriptedService, type TrainerEnding } from '../../support/scripted-service.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let home = '';
let homes = 0;
beforeEach(() => {
  home = path.join(root, `home-${++homes}`);
});

async function endedRun(
  ending: TrainerEnding,
): Promise<ReturnType<typeof scriptedService> & { readonly runId: string }> {
  const service = scriptedService(home, ending);
  const { runId } = await service.transport.invoke('training.start', {});
  await service.transport.invoke('training.wait', { runId });
  return { ...service, runId };
}

describe('a run whose folder was deleted by hand', () => {
  it('is still in the log with all that it found', async () => {
    const { transport, runId } = await endedRun('finish');
    const before = await transport.invoke('runs.show', { runId });
    rmSync(runDirectory(home, runId), { recursive: true });
    expect(await transport.invoke('runs.show', { runId })).toEqual(before);
    expect((await transport.invoke('runs.list', {})).runs).toMatchObject([{ runId, status: 'finished' }]);
    const [loss] = await transport.invoke('runs.series', { runId, by: 'epoch', keys: ['loss'], maxPoints: 10 });
    expect(loss?.points).toBeGreaterThan(0);
    expect(await transport.invoke('runs.checkpoints', { runId })).toEqual([]);
    expect(await transport.invoke('runs.files', { runId })).toMatchObject({ exists: false, files: [] });
    // Nothing is made anew in its place.
    expect(readdirSync(path.join(home, 'runs'))).toEqual([]);
  });

  it.each([
    ['runs.star', { checkpoint: 'best' }],
    ['runs.star', { checkpoint: { step: 1 } }],
    ['runs.unstar', { step: 1 }],
    ['predict', { images: ['IMAGE'], top: 1 }],
    ['layer.inspect', { layer: 'logits' }],
    ['runs.continue', { epochs: 1 }],
  ] as const)('is refused by %s %j with where it was', async (endpoint, request) => {
    const { transport, runId } = await endedRun('finish');
    await writeFiles(root, { 'image.png': smallPng(3) });
    const asked = JSON.parse(
      JSON.stringify({ ...request, runId }).replace('IMAGE', path.join(root, 'image.png')),
    ) as never;
    rmSync(runDirectory(home, runId), { recursive: true });
    const ask = (): Promise<unknown> => transport.invoke<EndpointName>(endpoint, asked);
    await expectError(ask, 'training.checkpoint', runDirectory(home, runId), 'is not there', 'the log still has');
  });

  it('is not resumed, and says how to train again', async () => {
    const { transport, runId } = await endedRun('killed');
    rmSync(runDirectory(home, runId), { recursive: true });
    const resume = (): Promise<unknown> => transport.invoke('runs.resume', { runId });
    await expectError(resume, 'run.state', runId, 'is not there', `thaw runs repeat ${runId}`);
    expect((await transport.invoke('runs.show', { runId })).summary.status).toBe('interrupted');
  });

  it('is told from one whose checkpoints alone are gone', async () => {
    const { transport, runId } = await endedRun('killed');
    rmSync(runDirectory(home, runId), { recursive: true });
    mkdirSync(runDirectory(home, runId));
    await expectError(() => transport.invoke('runs.resume', { runId }), 'run.state', 'before it wrote one');
  });
});
