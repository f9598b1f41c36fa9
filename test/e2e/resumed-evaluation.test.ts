import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { RunEvaluation } from '../../src/shared/contract/evaluation.ts';
import type { RunResult } from '../../src/shared/contract/run.ts';
import { createService, type Service } from '../../src/engine/service/create-service.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

/** Stops the run once an epoch has ended that begins after this was called. */
async function stopAfterEpoch(engine: Service['transport'], runId: string): Promise<RunResult> {
  const unsubscribe = engine.subscribe('run', (event) => {
    if (event.runId === runId && event.body.kind === 'epoch') void engine.invoke('training.stop', { runId });
  });
  try {
    return await engine.invoke('training.wait', { runId });
  } finally {
    unsubscribe();
  }
}

it('a run that is stopped and resumed keeps one evaluation, of the best epoch that it has had', async () => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  const dataset = await writeTinyDataset(path.join(root, 'stripes'), { train: 12, val: 6, test: 2 });
  const service = createService({ home, cache: path.join(root, 'cache') });
  const engine = service.transport;
  const expectKept = async ({ runId, bestEpoch, bestValAccuracy, status }: RunResult): Promise<RunEvaluation> => {
    expect(status).toBe('stopped');
    const { evaluation, splits } = await engine.invoke('runs.evaluation', { runId });
    expect(splits).toEqual(['validation']);
    if (!evaluation) throw new Error('The run kept no evaluation.');
    expect(evaluation).toMatchObject({ epoch: bestEpoch, accuracy: bestValAccuracy, images: 12 });
    const right = evaluation.classes.reduce((sum, { correct }) => sum + correct, 0);
    expect(right / evaluation.images).toBe(bestValAccuracy);
    // The file of an evaluation that another has taken the place of is removed once the log says so.
    const files = () => readdirSync(path.join(home, 'runs', runId, 'evaluation'));
    const expected = [`validation-${String(evaluation.step).padStart(8, '0')}.npz`];
    await expect.poll(files, { timeout: 20_000 }).toEqual(expected);
    return evaluation;
  };
  try {
    const { runId } = await engine.invoke('training.start', {
      dataset: { kind: 'folder', path: dataset },
      network: 'mobilenet_v1_0.25_32',
      strategy: 'scratch',
      weights: { kind: 'none' },
      epochs: 5000,
      batchSize: 6,
    });
    const before = await expectKept(await stopAfterEpoch(engine, runId));
    await engine.invoke('runs.resume', { runId });
    const resumed = await stopAfterEpoch(engine, runId);
    const after = await expectKept(resumed);
    expect(resumed.history.length).toBeGreaterThan(before.epoch);
    expect(after.accuracy).toBeGreaterThanOrEqual(before.accuracy ?? 1);
  } finally {
    await service.close();
  }
});
