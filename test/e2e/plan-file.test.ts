import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { groupResults } from '../../src/shared/contract/group-results.ts';
import { runDetail, runResult, type RunResult } from '../../src/shared/contract/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { computed } from '../support/training-job.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const ONE = `
dataset: stripes # relative to this file
network: mobilenet_v1_0.25_32
strategy: scratch
batchSize: 6
epochs: 2
optimizer: adam
`;
const SEVERAL = `
group: reused stripes
plan:
  dataset: stripes
  network: mobilenet_v1_0.25_32
  batchSize: 6
  epochs: 1
runs:
  - name: source
    strategy: scratch
  - name: head
    weights: run:source@last
    newHead: true
  - name: on
    parent: run:head
    epochs: 2
`;

function command(...parameters: string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

async function json(...parameters: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await command(...parameters, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as unknown;
}

function write(name: string, text: string): string {
  writeFileSync(path.join(root, 'plans', name), text);
  return `plans/${name}`;
}

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'plans/stripes'), { train: 6, val: 3 });
});

it('trains what a plan file says, under what flags say otherwise, and prints a plan that trains the same again', async () => {
  const file = write('one.yaml', ONE);
  const first = runResult.parse(await json('train', '--plan', file, '--seed', '7', '--epochs', '1'));
  const { plan } = runDetail.parse(await json('runs', 'show', first.runId));
  expect(plan).toMatchObject({
    dataset: { kind: 'folder', path: path.join(root, 'plans/stripes') },
    strategy: 'scratch',
    optimizer: { kind: 'adam' },
    seed: 7,
    epochs: 1,
  });
  for (const format of ['yaml', 'json']) {
    const { stdout } = await command('runs', 'plan', first.runId, '--format', format);
    const again = runResult.parse(await json('train', '--plan', write(`again.${format}`, stdout)));
    expect(computed(again.history)).toEqual(computed(first.history));
    expect(runDetail.parse(await json('runs', 'show', again.runId)).plan).toEqual(plan);
  }
});

it('does the runs of a file in order, each with what earlier ones have learnt, as one group', async () => {
  const file = write('several.yaml', SEVERAL);
  const series = z.strictObject({
    group: z.string(),
    runs: z.array(z.strictObject({ name: z.string(), result: runResult })),
  });
  const { group, runs } = series.parse(await json('train', '--plan', file));
  expect({ group, names: runs.map(({ name }) => name) }).toEqual({
    group: 'reused stripes',
    names: ['source', 'head', 'on'],
  });
  const ids = runs.map(({ result }: { result: RunResult }) => result.runId);
  const details = await Promise.all(ids.map(async (id) => runDetail.parse(await json('runs', 'show', id))));
  expect(details.map(({ parentRunId }) => parentRunId)).toEqual([null, ids[0], ids[1]]);
  expect(details.map(({ plan }) => plan.epochs)).toEqual([1, 1, 2]);
  // What branches off begins with all of the other's weights, the head's too.
  expect(details[1]?.result.weights).toMatchObject({ newlyInitialised: 2 });
  expect(details[2]?.result.weights).toMatchObject({ newlyInitialised: 0 });
  const results = groupResults.parse(await json('runs', 'chart', group));
  expect(results.points.map(({ runId }) => runId)).toEqual(ids);
  expect(results).toMatchObject({ axis: 'run', categories: ['source', 'head', 'on'] });
});

it.each([
  [
    'a key that it does not know',
    'wrong.yaml',
    ONE.replace('batchSize', 'batchsize'),
    [],
    "wrong.yaml, line 5: 'batchsize' is no key of a plan; did you mean 'batchSize'?",
  ],
  [
    'what waits and names what has not been trained',
    'waits.yaml',
    SEVERAL,
    ['--queue'],
    "one of the file begins with what 'source' learns",
  ],
])('refuses %s, before anything is begun', async (_, name, text, flags, message) => {
  const before = (await command('runs', 'list', '--json')).stdout;
  const { code, stderr } = await command('train', '--plan', write(name, text), ...flags);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) as string });
  expect((await command('runs', 'list', '--json')).stdout).toBe(before);
});
