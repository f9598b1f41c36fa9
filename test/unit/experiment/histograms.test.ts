import { describe, expect, it } from 'vitest';
import { readHistograms, writeHistograms } from '../../../src/engine/experiment/histograms.ts';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const log = openLog(temporaryFolder());

function newRun(): string {
  const runId = createRun(log, samplePlan(), null);
  releaseTrainerLock(log, runId);
  return runId;
}

function write(runId: string, step: number, tensors: readonly string[] = ['logits/kernel']): void {
  const histograms = tensors.map((tensor) => ({
    tensor,
    low: -step,
    high: step / 2,
    counts: Uint32Array.of(step, 0, 0xffffffff),
  }));
  writeHistograms(log, runId, { epoch: Math.ceil(step / 10), step }, histograms);
}

function stepsOf(runId: string): readonly number[] {
  return readHistograms(log, runId, null)[0]?.steps.map(({ step }) => step) ?? [];
}

describe('the histograms of a run', () => {
  it('are read as they were written, by tensor and step, or of one tensor alone', () => {
    const runId = newRun();
    for (const step of [5, 15]) write(runId, step, ['logits/kernel', 'logits']);
    const all = readHistograms(log, runId, null);
    expect(all.map(({ tensor }) => tensor)).toEqual(['logits', 'logits/kernel']);
    expect(all[1]?.steps).toEqual([
      { step: 5, epoch: 1, low: -5, high: 2.5, counts: Uint32Array.of(5, 0, 0xffffffff) },
      { step: 15, epoch: 2, low: -15, high: 7.5, counts: Uint32Array.of(15, 0, 0xffffffff) },
    ]);
    expect(readHistograms(log, runId, 'logits')).toEqual([all[0]]);
    expect(readHistograms(log, runId, 'nothing')).toEqual([]);
  });

  it('are forgotten from where a resumed run does them again', () => {
    const runId = newRun();
    for (const step of [10, 20, 30, 20]) write(runId, step);
    expect(stepsOf(runId)).toEqual([10, 20]);
  });

  it('are thinned evenly where they are many, the first and the newest kept', () => {
    const runId = newRun();
    for (let step = 1; step <= 500; step += 1) write(runId, step);
    const steps = stepsOf(runId);
    expect(steps.length).toBeLessThanOrEqual(200);
    expect(steps.length).toBeGreaterThan(50);
    expect([steps[0], steps.at(-1)]).toEqual([1, 500]);
  });

  it('of no run are refused', async () => {
    await expectError(() => readHistograms(log, 'nobody', null), 'run.unknown');
  });
});
