import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runDetail, runResult, type RunDetail } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { computed } from '../../support/training-job.ts';

const SOME_TIME = 300_000;
const home = path.join(temporaryFolder(), 'home');
const PLAN = path.join(import.meta.dirname, '../../../docs/recipes/staged-thawing.yaml');
const series = z.object({ runs: z.array(z.object({ name: z.string(), result: runResult })) });

async function json(...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await thaw([...parameters, '--json'], { home });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as unknown;
}

describe('the recipe of thawing in stages', () => {
  let staged: RunDetail;
  let head: RunDetail;
  let last: RunDetail;

  beforeAll(async () => {
    const { runs } = series.parse(await json('train', '--plan', PLAN));
    expect(runs.map(({ name }) => name)).toEqual(['in one go', 'head', 'last-blocks']);
    const details = [];
    for (const { result } of runs) details.push(runDetail.parse(await json('runs', 'show', result.runId)));
    [staged, head, last] = details as [RunDetail, RunDetail, RunDetail];
  }, SOME_TIME);

  it('trains head, last blocks and all, with everything frozen unchanged in each', () => {
    expect(staged.stages.map(({ name }) => name)).toEqual(['head', 'last blocks', 'all']);
    expect(staged.stages.map(({ proof }) => proof.length)).toEqual([135, expect.any(Number), 0]);
    expect(staged.stages[1]?.proof.length).toBeGreaterThan(0);
    expect(staged.result.frozenUnchanged).toBe(true);
  });

  it('does in its first stage what a run of the head alone does, to the last bit', () => {
    const epochs = staged.stages[0]?.lastEpoch ?? 0;
    expect(computed(staged.result.history.slice(0, epochs))).toEqual(computed(head.result.history));
  });

  it('is never worse than its first stage', () => {
    expect(head.result.bestValAccuracy).toBeGreaterThan(0.6);
    expect(staged.result.bestValAccuracy).toBeGreaterThanOrEqual(head.result.bestValAccuracy ?? 1);
  });

  it('goes on where a run does that takes over the weights of the head', () => {
    expect(last.result.baseline?.val_accuracy).toBe(head.result.bestValAccuracy);
    expect(last.parentRunId).toBe(head.summary.runId);
    const trains = ({ layers }: Pick<RunDetail, 'layers'>): string[] =>
      layers.flatMap(({ name, state }) => (state === 'trainable' ? [name] : []));
    expect(trains(last)).toEqual(staged.stages[1] && trains(staged.stages[1]));
  });
});
