import { afterAll, expect, it } from 'vitest';
import { readHistograms } from '../../../src/engine/experiment/histograms.ts';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { HistogramWriter } from '../../../src/engine/service/histogram-writer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const log = openLog(temporaryFolder());
afterAll(() => log.close());

it('writes nothing in push, all that waits together, and keeps the newest of very many', async () => {
  const runId = createRun(log, samplePlan(), null);
  releaseTrainerLock(log, runId);
  const steps = (): number[] =>
    readHistograms(log, runId, 'logits').flatMap((one) => one.steps.map(({ step }) => step));
  const writer = new HistogramWriter(log, runId, (error) => {
    throw error;
  });
  const push = (step: number): void => {
    const counts = Uint32Array.of(1, 2);
    writer.push({ kind: 'histograms', epoch: 1, step, histograms: [{ tensor: 'logits', low: 0, high: 1, counts }] });
  };
  [1, 2, 3].forEach(push);
  expect(steps()).toEqual([]);
  await expect.poll(steps, { timeout: 10_000 }).toEqual([1, 2, 3]);
  for (let step = 4; step <= 1003; step += 1) push(step);
  writer.flush();
  expect(steps().length).toBeLessThanOrEqual(250);
  expect(steps().at(-1)).toBe(1003);
});
