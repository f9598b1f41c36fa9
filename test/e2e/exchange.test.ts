import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PredictResult } from '../../src/shared/contract/endpoint.ts';
import { exported, imported } from '../../src/shared/contract/run-exchange.ts';
import { runDetail, runResult, type RunResult } from '../../src/shared/contract/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const [here, there] = [path.join(root, 'here'), path.join(root, 'there')];
const IMAGE = 'stripes/val/fine/000.png';

function command(home: string, ...parameters: readonly string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

async function json(home: string, ...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await command(home, ...parameters, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout);
}

let run: RunResult;

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
  const plan = ['--network', 'mobilenet_v1_0.25_32', '--dataset', 'stripes', '--strategy', 'scratch', '--epochs', '2'];
  run = runResult.parse(await json(here, 'train', ...plan, '--introspect', '1', '--freeze', '/_bn$/'));
});

describe('a run that is carried to another machine', () => {
  it('is known there with its curves and predicts the same, without its dataset', async () => {
    const out = path.join(root, 'carried.thaw');
    const written = exported.parse(await json(here, 'runs', 'export', run.runId, '--format', 'thaw', '--out', out));
    expect(written).toMatchObject({ path: out, bytes: readFileSync(out).length, warnings: [] });
    const { runs } = imported.parse(await json(there, 'import', out));
    expect(runs).toMatchObject([{ runId: run.runId, outcome: 'imported' }]);

    const [before, after] = await Promise.all(
      [here, there].map(async (home) => runDetail.parse(await json(home, 'runs', 'show', run.runId))),
    );
    expect(after?.result).toEqual(before?.result);
    expect(after?.proof).toEqual(before?.proof);
    const predict = async (home: string, which: string): Promise<PredictResult['predictions']> =>
      ((await json(home, 'predict', '--run', `${run.runId}@${which}`, IMAGE)) as PredictResult).predictions;
    for (const which of ['best', 'last']) expect(await predict(there, which)).toEqual(await predict(here, which));
    const text = await command(there, 'runs', 'show', run.runId);
    expect(text).toMatchObject({ code: 0, stderr: '' });

    const again = await command(there, 'import', out);
    expect(again.stdout).toContain(`Run ${run.runId}`);
    expect(again.stdout).toContain('is here already');
  });

  it('is told there as event files, which TensorBoard finds by their name', async () => {
    const events = path.join(root, 'events');
    const { stdout, code } = await command(
      here,
      'runs',
      'export',
      run.runId,
      '--format',
      'tensorboard',
      '--out',
      events,
    );
    expect(code).toBe(0);
    expect(stdout).toContain('tensorboard --logdir');
    expect(stdout).not.toContain('warning');
    const { runs } = imported.parse(await json(there, 'import', events));
    expect(runs).toMatchObject([{ name: run.runId, outcome: 'imported' }]);
    const detail = runDetail.parse(await json(there, 'runs', 'show', runs[0]?.runId ?? ''));
    expect(detail.result.history.map(({ val_loss: loss }) => loss)).toEqual(
      run.history.map(({ val_loss: loss }) => Math.fround(loss)),
    );
  });

  it('is refused with one line and no stack where the file is none', async () => {
    const { code, stderr } = await command(there, 'import', IMAGE);
    expect(code).toBe(1);
    expect(stderr).toContain('.thaw');
    expect(stderr).not.toMatch(/at .*\.ts:\d/);
  });
});
