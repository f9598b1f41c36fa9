import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog, type Log } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { assertTrainerIdle, inTrainersPlace, isTrainerIdle } from '../../../src/engine/experiment/trainer-lock.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const home = temporaryFolder();
let log: Log;
beforeEach(() => {
  log = openLog(home);
});
afterEach(() => {
  log.write('free the place', (database) => database.exec('DELETE FROM trainer_lock; DELETE FROM finder_lock'));
  log.close();
});

const idle = (): boolean => log.read('look', isTrainerIdle);

describe("a search in the trainer's place", () => {
  it('keeps runs and other searches from beginning, says so, and leaves the place free', async () => {
    const answer = await inTrainersPlace(log, 'the search for a rate', async () => {
      expect(idle()).toBe(false);
      const words = ['the search for a rate', String(process.pid)];
      await expectError(() => assertTrainerIdle(log), 'run.busy', ...words);
      await expectError(() => createRun(log, samplePlan(), null, undefined), 'run.busy', ...words);
      await expectError(() => inTrainersPlace(log, 'another', () => Promise.resolve()), 'run.busy', ...words);
      return 7;
    });
    expect([answer, idle()]).toEqual([7, true]);
  });

  it('leaves the place free where it fails', async () => {
    await expect(inTrainersPlace(log, 'it', () => Promise.reject(new RangeError('no')))).rejects.toThrow('no');
    expect(idle()).toBe(true);
  });

  it('does not begin while a run trains, which it names', async () => {
    const runId = createRun(log, samplePlan(), null, undefined);
    await expectError(() => inTrainersPlace(log, 'it', () => Promise.resolve()), 'run.busy', runId);
    await expectError(() => assertTrainerIdle(log), 'run.busy', runId);
  });

  it('has ended where its process has', async () => {
    await inTrainersPlace(log, 'it', () => {
      log.write('be another', (database) => database.exec("UPDATE finder_lock SET owner_start = 'before'"));
      expect(idle()).toBe(true);
      assertTrainerIdle(log);
      return Promise.resolve();
    });
  });
});
