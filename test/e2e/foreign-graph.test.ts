import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { networkDetail } from '../../src/shared/contract/network-detail.ts';
import { runDetail, runResult } from '../../src/shared/contract/run.ts';
import { node, smallGraph, writeFrozenGraph, writeGraph } from '../support/graph-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');

function command(...parameters: string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
  writeGraph(path.join(root, 'saved'), smallGraph(24));
  writeFrozenGraph(path.join(root, 'frozen.pb'), smallGraph(24));
});

describe("a TensorFlow graph of somebody else's", () => {
  const train = async (...parameters: string[]): Promise<CommandResult> =>
    command('train', '--dataset', 'stripes', '--epochs', '2', '--json', ...parameters);

  it('is a network with one layer, whose images are said', async () => {
    const opened = networkDetail.parse(JSON.parse((await command('networks', 'open', 'frozen.pb', '--json')).stdout));
    expect(opened).toMatchObject({ family: 'graph', inputShape: [24, 24, 3], outputShape: [4], parameters: 108 });
    const shown = await command('networks', 'show', opened.name);
    expect(shown.stdout).toMatch(/never trained/);
    expect(shown.stdout).toMatch(/pixel × 0\.00784314 \+ -1/);
    expect((await command('weights', 'inspect', 'frozen.pb')).stdout).toMatch(/thaw networks open/);
  });

  it('bears a new head, its features computed once; the run predicts without the file', async () => {
    const trained = await train('--model', 'saved', '--pixels', 'unit');
    expect({ code: trained.code, stderr: trained.stderr }).toMatchObject({ code: 0 });
    const result = runResult.parse(JSON.parse(trained.stdout));
    expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true, frozenTensors: 1 });
    expect(result.weights).toMatchObject({ loaded: 1, missing: 0, newlyInitialised: 2 });
    const { loadReport, layers, plan } = runDetail.parse(
      JSON.parse((await command('runs', 'show', result.runId, '--json')).stdout),
    );
    expect(plan.network).toMatch(/^graph_[0-9a-f]{12}$/);
    expect(readdirSync(path.join(home, 'models'))).toContain(`${plan.network}.json`);
    expect(loadReport).toMatchObject({
      format: 'tensorflow-graph',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
    expect(layers.find(({ name }) => name === 'graph')).toMatchObject({ state: 'frozen', outputShape: [4] });

    rmSync(path.join(root, 'saved'), { recursive: true });
    const predicted = await command('predict', '--run', result.runId, 'stripes/val/fine/000.png', '--json');
    expect({ code: predicted.code, stderr: predicted.stderr }).toMatchObject({ code: 0 });
    expect(predicted.stdout).toContain('probability');
  });

  it('gives features, also from within it', async () => {
    const parameters = ['features', '--dataset', 'stripes', '--model', 'frozen.pb', '--output', 'stem/relu'];
    const written = await command(...parameters, '--layer', 'graph', '--out', 'features.npz', '--json');
    expect({ code: written.code, stderr: written.stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(written.stdout)).toMatchObject({ arrays: [{ layer: 'graph', shape: [12, 12, 4] }] });
  });

  it('trains its head where everything is to be fine-tuned, and stays as it is itself', async () => {
    const { stdout } = await train('--model', 'frozen.pb', '--strategy', 'finetune', '--flip');
    expect(JSON.parse(stdout)).toMatchObject({ parameters: { trainable: 10, frozen: 108 }, frozenUnchanged: true });
  });

  it.each([
    ['to be thawed', ['--model', 'frozen.pb', '--thaw', 'graph'], /computed as it came, op by op/],
    ['to begin anew', ['--model', 'frozen.pb', '--strategy', 'scratch'], /cannot begin anew/],
    ['cut where there is nothing', ['--model', 'frozen.pb', '--output', 'stem/rel'], /Did you mean 'stem\/relu'/],
    ['named by tensors without a file', ['--output', 'stem'], /without --model/],
  ])('is refused %s', async (_, parameters, told) => {
    const { code, stderr } = await command('train', '--dataset', 'stripes', ...parameters);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(told);
  });

  it('is refused by the op that reads files', async () => {
    const nodes = smallGraph(24).map((one) => (one.name === 'features' ? { ...one, input: ['file', 'axes'] } : one));
    writeFrozenGraph(path.join(root, 'reading.pb'), [...nodes, node('file', 'ReadFile', ['stem/relu'])]);
    const { code, stderr } = await command('networks', 'open', 'reading.pb');
    expect(code).toBe(1);
    expect(stderr).toMatch(/'ReadFile' of 'file' reads or writes files/);
  });
});
