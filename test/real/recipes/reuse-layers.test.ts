import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { groupResults } from '../../../src/shared/contract/group-results.ts';
import { runDetail, runResult, type RunResult } from '../../../src/shared/contract/run.ts';
import { writeMnistPart } from '../../support/mnist-part.ts';
import { describeShared, sharedPath } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const part = path.join(root, 'part');
const PLAN = path.join(import.meta.dirname, '../../../docs/recipes/reuse-layers.yaml');
const SEEDS = [1, 2, 3];
const FROZEN = 'few, 3 reused and frozen';
/** Those of the few examples that are averaged over seeds. */
const COMPARED = ['few scratch', 'few, 5 reused'];
const planFile = z.looseObject({ group: z.string(), runs: z.array(z.looseObject({ name: z.string() })) });
const series = z.object({ runs: z.array(z.object({ name: z.string(), result: runResult })) });
type PlanRun = z.infer<typeof planFile>['runs'][number];

async function json(...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await thaw([...parameters, '--json'], { home, cwd: sharedPath() });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as unknown;
}

const recipe = planFile.parse(parse(readFileSync(PLAN, 'utf8')));

function ofRecipe(name: string): PlanRun {
  const run = recipe.runs.find((one) => one.name === name);
  if (!run) throw new Error(`The recipe has no run ${name}.`);
  return run;
}

/** Does these runs in the place of the recipe's. @returns what became of each, by its name */
async function train(group: string, runs: readonly PlanRun[], dataset: string): Promise<[string, RunResult][]> {
  const file = path.join(root, `${group}.yaml`);
  writeFileSync(file, stringify({ ...recipe, group, runs }));
  const { runs: done } = series.parse(await json('train', '--plan', file, '--dataset', dataset));
  return done.map(({ name, result }) => [name, result]);
}

describeShared('the recipe of reused layers', () => {
  let results: ReadonlyMap<string, RunResult>;
  const reached = (name: string): number => results.get(name)?.bestValAccuracy ?? NaN;
  const mean = (name: string): number =>
    SEEDS.reduce((sum, seed) => sum + reached(`${name} ${seed}`), 0) / SEEDS.length;

  beforeAll(async () => {
    // All of MNIST for the claim of its whole training set alone: the source and the few examples are of a tenth.
    writeMnistPart(part, { train: 6000, t10k: 2000 });
    const seeded = COMPARED.flatMap((name) =>
      SEEDS.map((seed) => ({ ...ofRecipe(name), name: `${name} ${seed}`, seed })),
    );
    const few = [{ ...ofRecipe('source'), epochs: 1 }, ofRecipe(FROZEN), ...seeded];
    results = new Map([
      ...(await train('whole', [ofRecipe('whole scratch')], 'data/mnist')),
      ...(await train('few', few, part)),
    ]);
  });

  it('learns the digits 5 to 9 from nothing where all training images are there', () => {
    const { dataset } = results.get('whole scratch') ?? {};
    expect(dataset).toMatchObject({ classes: ['5', '6', '7', '8', '9'] });
    expect(dataset?.train).toBeGreaterThan(23_000);
    expect(reached('whole scratch')).toBeGreaterThanOrEqual(0.96);
  });

  it('loads the layers that the pattern means, and no other', async () => {
    const { loadReport, result } = runDetail.parse(await json('runs', 'show', results.get(FROZEN)?.runId ?? ''));
    expect(loadReport?.loaded.toSorted()).toEqual(
      [1, 2, 3].flatMap((layer) => [`dense_${layer}/bias`, `dense_${layer}/kernel`]),
    );
    expect(loadReport?.newlyInitialised.toSorted()).toEqual(
      ['dense_4/bias', 'dense_4/kernel', 'dense_5/bias', 'dense_5/kernel', 'logits/bias', 'logits/kernel'],
    ); // prettier-ignore
    expect(result.dataset?.train).toBe(100);
  });

  it('leaves the reused layers that are frozen unchanged to the last bit', () => {
    expect(results.get(FROZEN)).toMatchObject({ frozenUnchanged: true, frozenTensors: 6 });
  });

  it('lets layers that learnt other digits by their labels beat new ones, from few examples in few steps', () => {
    expect(mean('few, 5 reused') - mean('few scratch')).toBeGreaterThan(0.05);
  });

  it('puts the runs of the group beside one another', async () => {
    const { points } = groupResults.parse(await json('runs', 'chart', 'few'));
    expect(points).toHaveLength(2 + COMPARED.length * SEEDS.length);
    expect(points.every(({ status }) => status === 'finished')).toBe(true);
  });
});
