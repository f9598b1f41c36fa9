import { describe, expect, it } from 'vitest';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { killHard, nextMessage, startProcess } from '../../support/child.ts';
import { damage, loggedSteps } from '../../support/run-log.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

/** More edits than happen between two looks of anybody. */
const EDITS = 100;

describe('several processes that write one log', () => {
  it('lose nothing that they were told is kept when all of them are killed, and never the file', async () => {
    const home = temporaryFolder();
    const log = openLog(home);
    const edited = ['first', 'second'].map(() => {
      const runId = createRun(log, samplePlan(), null);
      releaseTrainerLock(log, runId);
      return runId;
    });
    const trainer = startProcess('run-and-append', [home]);
    const { runId: training } = (await nextMessage(trainer)) as { runId: string };
    const editors = edited.map((runId) => {
      const child = startProcess('edit-runs', [home, runId]);
      const last = { number: 0 };
      child.on('message', (message) => Object.assign(last, message));
      return { runId, child, last };
    });
    await expect.poll(() => Math.min(...editors.map(({ last }) => last.number))).toBeGreaterThan(EDITS);
    await expect.poll(() => loggedSteps(home, training).length).toBeGreaterThan(0);
    await Promise.all([trainer, ...editors.map(({ child }) => child)].map(killHard));

    expect(damage(home)).toEqual([]);
    for (const { runId, last } of editors) {
      const kept = log.read('look', (database) =>
        database
          .prepare<[string], { note: string; tags: number }>(
            `SELECT note, (SELECT count(*) FROM run_tag WHERE run_tag.run = run.number) AS tags FROM run WHERE id = ?`,
          )
          .get(runId),
      );
      expect(Number(kept?.note)).toBeGreaterThanOrEqual(last.number);
      expect(kept?.tags).toBe(50);
    }
    const steps = loggedSteps(home, training);
    expect(steps).toEqual(steps.map((_, index) => index + 1));
    log.close();
  });
});
