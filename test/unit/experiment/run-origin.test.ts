import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHistograms, writeHistograms } from '../../../src/engine/experiment/histograms.ts';
import { openLog, type Log } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { deleteTrashedRun, trashRuns } from '../../../src/engine/experiment/run-edits.ts';
import { setStatus } from '../../../src/engine/experiment/run-life.ts';
import { firstOrigin, readOrigin, takeOverHistory, type RunOrigin } from '../../../src/engine/experiment/run-origin.ts';
import { readResult } from '../../../src/engine/experiment/run-reader.ts';
import { writeBaseline } from '../../../src/engine/experiment/run-writer.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

let log: Log;
beforeEach(() => {
  log = openLog(temporaryFolder());
});
afterEach(() => log.close());

function ended(origin: RunOrigin | null = null): string {
  const runId = createRun(log, samplePlan(), origin);
  setStatus(log, runId, 'running');
  setStatus(log, runId, 'finished');
  releaseTrainerLock(log, runId);
  return runId;
}

function deleted(runId: string): void {
  trashRuns(log, [runId]);
  expect(deleteTrashedRun(log, runId, () => undefined)).toBe(true);
}

const repeat = (runId: string): string => ended({ runId, relation: 'repeated', step: null });

describe('where a run began', () => {
  it.each(['continued', 'branched', 'weights'] as const)(
    'is known of a repeat of a repeat also once those between are gone: %s',
    (relation) => {
      const origin = { runId: ended(), relation, step: 7 };
      const middle = ended(origin);
      const second = repeat(middle);
      const third = repeat(second);
      expect(firstOrigin(log, readOrigin(log, third))).toEqual(origin);
      deleted(middle);
      expect(readOrigin(log, second)).toEqual(origin);
      expect(firstOrigin(log, readOrigin(log, third))).toEqual(origin);
      deleted(second);
      expect(readOrigin(log, third)).toEqual(origin);
    },
  );

  it('is nowhere for the repeat of a run that came from none', () => {
    const first = ended();
    const again = repeat(first);
    deleted(first);
    expect(readOrigin(log, again)).toBeNull();
  });

  it('cannot be told once the run that another went on from is gone, of its repeats either', async () => {
    const first = ended();
    const middle = ended({ runId: first, relation: 'continued', step: 7 });
    const again = repeat(middle);
    deleted(first);
    await expectError(() => firstOrigin(log, readOrigin(log, again)), 'run.unknown', middle);
    deleted(middle);
    await expectError(() => readOrigin(log, again), 'run.unknown', again);
  });
});

describe('a run that goes on from a step of another', () => {
  it('has what that one began with, and its histograms up to there', () => {
    const first = ended();
    const baseline = { val_loss: 0.5, val_accuracy: 0.75, withoutHead: { val_loss: 1, val_accuracy: 0.25 } };
    writeBaseline(log, first, baseline);
    for (const step of [5, 7, 9]) {
      const counts = Uint32Array.of(step, 0, 1);
      writeHistograms(log, first, { epoch: 1, step }, [{ tensor: 'logits', low: 0, high: 1, counts }]);
    }
    const next = ended({ runId: first, relation: 'continued', step: 7 });
    takeOverHistory(log, next, { runId: first, step: 7 });
    expect(readResult(log, next).baseline).toEqual(baseline);
    const [histograms] = readHistograms(log, next, null);
    expect(histograms).toMatchObject({ tensor: 'logits' });
    expect(histograms?.steps.map(({ step, counts }) => [step, [...counts]])).toEqual([
      [5, [5, 0, 1]],
      [7, [7, 0, 1]],
    ]);
  });
});
