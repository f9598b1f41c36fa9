import { globSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { StoredCheckpoint } from '../../src/shared/contract/checkpoint.ts';
import type { PredictResult } from '../../src/shared/contract/endpoint.ts';
import { runResult } from '../../src/shared/contract/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startThaw, thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const NETWORK = ['--network', 'mobilenet_v1_0.25_32', '--dataset', 'stripes'];
const IMAGE = 'stripes/val/fine/000.png';

function command(...parameters: readonly string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

async function json<Document>(...parameters: readonly string[]): Promise<Document> {
  const { code, stdout, stderr } = await command(...parameters, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Document;
}

let runId = '';
/** A step that the run went on from long ago, kept for its star alone. */
let starred = 0;
let kept: readonly StoredCheckpoint[] = [];
/** Beyond what a run of 5000 epochs of one step could reach. */
const NEVER_REACHED = 999_999;

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
  const training = startThaw(['train', ...NETWORK, '--strategy', 'scratch', '--epochs', '5000', '--json'], {
    home,
    cwd: root,
  });
  const written = path.join(home, 'runs/*/checkpoints/index.json');
  await vi.waitFor(() => expect(globSync(written)).toHaveLength(1), { timeout: 60_000, interval: 100 });
  runId = path.basename(path.dirname(path.dirname(globSync(written)[0] ?? '')));
  const checkpoint = await json<StoredCheckpoint>('runs', 'star', runId, '--last');
  starred = checkpoint.step;
  const last = async (): Promise<number> =>
    (await json<StoredCheckpoint[]>('runs', 'checkpoints', runId)).at(-1)?.step ?? 0;
  await vi.waitFor(async () => expect(await last()).toBeGreaterThan(starred), { timeout: 60_000, interval: 500 });
  training.child.kill('SIGINT');
  await training.done;
  kept = await json('runs', 'checkpoints', runId);
});

describe('a checkpoint of a run, named after @', () => {
  it('predicts: another than the last one, and best and last as those are', async () => {
    const predicted = async (named: string): Promise<PredictResult['predictions'][number]['classes']> =>
      (await json<PredictResult>('predict', '--run', named, IMAGE)).predictions[0]?.classes ?? [];
    const last = kept.find(({ kinds }) => kinds.includes('last'))?.step ?? 0;
    expect(last).toBeGreaterThan(starred);
    const early = await predicted(`${runId}@${starred}`);
    expect(early).toHaveLength(2);
    expect(await predicted(`run:${runId}@last`)).not.toEqual(early);
    expect(await predicted(`${runId}@best`)).toEqual(await predicted(runId));
  });

  it('begins another run, whose page says which it was', async () => {
    const source = `run:${runId}@${starred}`;
    const parameters = [...NETWORK, '--weights', source, '--strategy', 'finetune', '--epochs', '1'];
    const result = runResult.parse(await json('train', ...parameters));
    expect(result).toMatchObject({ status: 'finished', weights: { loaded: 137, missing: 0 } });
    expect((await command('runs', 'show', result.runId)).stdout).toContain(source);
  });

  it('gives features and the activations of a layer', async () => {
    const source = ['--network', 'mobilenet_v1_0.25_32', '--weights', `run:${runId}@${starred}`];
    await json('features', ...source, '--dataset', 'stripes', '--out', 'early.npz');
    const look = (...from: readonly string[]): Promise<{ readonly channels: unknown }> =>
      json('activations', ...from, '--layer', 'conv1', IMAGE);
    const early = await look('--run', `${runId}@${starred}`);
    expect((await look(...source)).channels).toEqual(early.channels);
    expect((await look('--run', `${runId}@last`)).channels).not.toEqual(early.channels);
  });

  it.each([
    [
      'a step that was not kept',
      ['predict', '--run', `ID@${NEVER_REACHED}`, IMAGE],
      1,
      /asked for one of step 999999, found steps [\d, ]+\./,
    ],
    [
      'one in --weights',
      ['train', ...NETWORK, '--weights', `run:ID@${NEVER_REACHED}`],
      1,
      /asked for one of step 999999, found steps/,
    ],
    ['one of no kind', ['predict', '--run', 'ID@newest', IMAGE], 2, /received 'ID@newest'\.\nhint: .*ID@STEP/],
    ['no run', ['train', ...NETWORK, '--weights', 'run:@3'], 2, /received 'run:@3'/],
    [
      'going on from any but the last',
      ['runs', 'resume', 'ID@1'],
      2,
      /last checkpoint; .*\nhint: .*thaw runs branch ID@1/,
    ],
  ] as const)('is refused where it is %s', async (_, parameters, code, words) => {
    const refused = await command(...parameters.map((word) => word.replace(/ID(?=@\d)/, runId)));
    expect(refused.code).toBe(code);
    expect(refused.stderr.replaceAll(runId, 'ID')).toMatch(words);
    if (code === 1) expect(refused.stderr).toContain(String(starred));
  });
});
