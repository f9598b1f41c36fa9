import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { batchSearch, nextBlock, rateSearch } from '../../../src/shared/contract/finders.ts';
import { runResult } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';

const SOME_TIME = 300_000;
const home = path.join(temporaryFolder(), 'home');
const PLAN = path.join(import.meta.dirname, '../../../docs/recipes/finding-rates.yaml');
const series = z.object({ runs: z.array(z.object({ name: z.string(), result: runResult })) });

async function json(...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await thaw([...parameters, '--json'], { home });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as unknown;
}

it('a rate that is found trains better than one a hundred times smaller', { timeout: SOME_TIME }, async () => {
  const { suggestions, doubt } = rateSearch.parse(await json('find-rate', '--seed', '1'));
  expect(doubt).toBeNull();
  const rate = suggestions[0]?.rate ?? NaN;
  const lossAt = async (learningRate: number): Promise<number> => {
    const flags = ['--seed', '1', '--epochs', '2', '--lr', String(learningRate)];
    const { history } = runResult.parse(await json('train', ...flags));
    return history.at(-1)?.loss ?? NaN;
  };
  expect(await lossAt(rate)).toBeLessThan(await lossAt(rate / 100));
});

it('the sizes of a batch double, and one of them is suggested', { timeout: SOME_TIME }, async () => {
  const { sizes, suggestion, end } = batchSearch.parse(await json('find-batch-size', '--tries', '3'));
  const doubled = [4, 8, 16, 32, 64];
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.map(({ batchSize }) => batchSize)).toEqual(doubled.slice(0, sizes.length));
  // Where little memory is free, it ends before the images do.
  expect(end).toBe(sizes.length === doubled.length ? 'images' : 'memory');
  expect(sizes.some(({ batchSize }) => batchSize === suggestion.batchSize)).toBe(true);
});

it(
  'the recipe trains a head and then the block that is next, which is at the boundary',
  { timeout: SOME_TIME },
  async () => {
    const { runs } = series.parse(await json('train', '--plan', PLAN));
    const [head, branch] = runs;
    expect(runs.map(({ name }) => name)).toEqual(['head', 'next block']);
    const next = nextBlock.parse(await json('next-block', '--run', head?.result.runId ?? ''));
    expect(next.ranking).toHaveLength(14);
    expect(next.suggestion).toMatchObject({ block: 'block_13' });
    const after = nextBlock.parse(await json('next-block', '--run', branch?.result.runId ?? ''));
    expect(after.ranking).not.toContain('block_13');
    expect(after.suggestion).toMatchObject({ block: 'block_12' });
  },
);
