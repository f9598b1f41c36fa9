import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchSearch, nextBlock, rateSearch } from '../../src/shared/contract/finders.ts';
import { runResult, type RunResult } from '../../src/shared/contract/run.ts';
import { logPath } from '../../src/engine/experiment/log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw } from '../support/thaw-command.ts';

const SOME_TIME = 300_000;
const home = path.join(temporaryFolder(), 'home');
/** Caches lie beside a workspace: this one's are its own, too. */
const another = path.join(temporaryFolder(), 'home');
const TRAIN = ['train', '--epochs', '2', '--seed', '3', '--introspect', '2', '--device', 'cpu'];

async function json(place: string, ...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await thaw([...parameters, '--json'], { home: place });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as unknown;
}

/** SHA-256 of each file below a folder, by its path. */
function hashes(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => path.join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    paths.map((file) => [path.relative(folder, file), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

/** Everything that the log has. */
function logged(place: string): Record<string, unknown[]> {
  const database = new Database(logPath(place), { readonly: true });
  try {
    const names = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
    return Object.fromEntries(names.map((name) => [name, database.prepare(`SELECT * FROM "${name}"`).all()]));
  } finally {
    database.close();
  }
}

/** The bytes of a run's last weights, and of the optimizer's state. */
function lastWeights(place: string, runId: string): Record<string, string> {
  const all = hashes(path.join(place, 'runs', runId, 'checkpoints'));
  return Object.fromEntries(Object.entries(all).filter(([file]) => file.includes('step-') && file.includes('.data-')));
}

const figures = ({ history }: RunResult): unknown => history.map((epoch) => ({ ...epoch, seconds: 0 }));

describe('searches beside the runs of a workspace', () => {
  let run: RunResult;
  beforeAll(async () => {
    run = runResult.parse(await json(home, ...TRAIN));
  }, SOME_TIME);

  it('leave a run, its checkpoints and the log as they were', { timeout: SOME_TIME }, async () => {
    const { runId } = run;
    const before = [hashes(path.join(home, 'runs')), logged(home)];
    const rates = rateSearch.parse(await json(home, 'find-rate', '--run', runId, '--tries', '30'));
    const sizes = batchSearch.parse(await json(home, 'find-batch-size', '--run', runId, '--to', '16', '--tries', '2'));
    const next = nextBlock.parse(await json(home, 'next-block', '--run', `${runId}@last`));
    expect([hashes(path.join(home, 'runs')), logged(home)]).toEqual(before);

    expect(rates.points.length).toBeGreaterThan(0);
    expect(rates.points.map(({ rate }) => rate)).toEqual(
      rates.points.map(({ rate }) => rate).toSorted((a, b) => a - b),
    );
    expect(sizes.sizes.map(({ batchSize }) => batchSize)).toEqual([4, 8, 16]);
    expect(next.blocks.map(({ block }) => block)).toEqual(expect.arrayContaining(['stem', 'block_1', 'head']));
    expect(next.blocks.filter(({ trained }) => trained !== 'none').map(({ block }) => block)).toEqual(['head']);
    expect(next.blocks.find(({ block }) => block === 'head')?.drift).toBeGreaterThan(0);
    expect(next.suggestion).toMatchObject({ block: 'block_13', rules: [{ action: 'thaw', pattern: 'block_13' }] });
    expect(readdirSync(path.join(home, '../cache')).filter((name) => name.startsWith('search-'))).toEqual([]);
  });

  it('leave it to the last bit what a run after them learns', { timeout: SOME_TIME }, async () => {
    rateSearch.parse(await json(another, 'find-rate', ...TRAIN.slice(1), '--tries', '25'));
    expect(logged(another)['run']).toEqual([]);
    const after = runResult.parse(await json(another, ...TRAIN));
    expect(figures(after)).toEqual(figures(run));
    const [one, other] = [lastWeights(home, run.runId), lastWeights(another, after.runId)];
    expect(Object.keys(one).length).toBeGreaterThan(0);
    expect(other).toEqual(one);
  });

  it.each([
    [['find-rate', '--from', '1', '--to', '0.1'], 'from a smaller learning rate to a larger one'],
    [['find-batch-size', '--from', '32', '--to', '8'], 'from a smaller batch size to a larger one'],
    [['find-rate', '--thaw', 'block_99'], 'block_99'],
    [['next-block', '--run', 'nowhere'], 'nowhere'],
  ])('are refused in words: %j', { timeout: SOME_TIME }, async (parameters, words) => {
    const { code, stderr } = await thaw(parameters, { home });
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(words);
  });
});
