import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { runDetail, runResult, type RunDetail } from '../../../src/shared/contract/run.ts';
import { describeShared, sharedPath } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const PLAN = path.join(import.meta.dirname, '../../../docs/recipes/reuse-layers.yaml');
const TESTED = ['source', 'whole scratch', 'few scratch', 'few, 5 reused', 'few, 3 reused and frozen'];
const planFile = z.looseObject({ runs: z.array(z.looseObject({ name: z.string() })) });
const series = z.object({ runs: z.array(z.object({ name: z.string(), result: runResult })) });

async function json(...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await thaw([...parameters, '--json'], { home, cwd: sharedPath() });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as unknown;
}

/** Those of the file's runs that the claims are of: each reads all 70,000 images, which is most of its time. */
function testedPlan(): string {
  const whole = planFile.parse(parse(readFileSync(PLAN, 'utf8')));
  const runs = whole.runs.filter(({ name }) => TESTED.includes(name));
  const file = path.join(root, 'tested.yaml');
  writeFileSync(file, stringify({ ...whole, runs }));
  return file;
}

describeShared('the recipe of reused layers', () => {
  const details = new Map<string, RunDetail>();
  const reached = (name: string): number => details.get(name)?.result.bestValAccuracy ?? NaN;

  beforeAll(async () => {
    const { runs } = series.parse(await json('train', '--plan', testedPlan(), '--dataset', 'data/mnist'));
    for (const { name, result } of runs) {
      details.set(name, runDetail.parse(await json('runs', 'show', result.runId)));
    }
  });

  it('learns the digits 5 to 9 from nothing where all training images are there', () => {
    const { dataset } = details.get('whole scratch')?.result ?? {};
    expect(dataset).toMatchObject({ classes: ['5', '6', '7', '8', '9'] });
    expect(dataset?.train).toBeGreaterThan(23_000);
    expect(reached('whole scratch')).toBeGreaterThanOrEqual(0.96);
  });

  it('loads the layers that the pattern means, and no other', () => {
    const { loadReport, result } = details.get('few, 3 reused and frozen') ?? {};
    expect(loadReport?.loaded.toSorted()).toEqual(
      [1, 2, 3].flatMap((layer) => [`dense_${layer}/bias`, `dense_${layer}/kernel`]),
    );
    expect(loadReport?.newlyInitialised.toSorted()).toEqual(
      ['dense_4/bias', 'dense_4/kernel', 'dense_5/bias', 'dense_5/kernel', 'logits/bias', 'logits/kernel'],
    ); // prettier-ignore
    expect(result?.dataset?.train).toBe(100);
  });

  it('leaves the reused layers that are frozen unchanged to the last bit', () => {
    const { result } = details.get('few, 3 reused and frozen') ?? {};
    expect(result).toMatchObject({ frozenUnchanged: true, frozenTensors: 6 });
  });

  it('lets reused layers reach no less than new ones, from few examples in few steps', () => {
    expect(reached('few, 5 reused')).toBeGreaterThanOrEqual(reached('few scratch'));
  });
});
