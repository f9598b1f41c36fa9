import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runDetail, runResult } from '../../src/shared/contract/run.ts';
import { weightsMap } from '../../src/shared/contract/weights-mapping.ts';
import { writeRenamedWeights } from '../support/renamed-weights.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const NETWORK = 'mobilenet_v1_0.25_32';
const FILE = 'theirs.safetensors';
const RULES = ['--map', 'strip:backbone.', '--map', '/^conv_dw_1_bn/conv_dw_1_norm/', '--map', '/_norm\\//_bn\\//'];

function command(...parameters: string[]): Promise<CommandResult> {
  return thaw(parameters, { home: path.join(root, 'home'), cwd: root });
}

/** The network's own tensors, under names that another program gave them. */
beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3, test: 0 });
  await writeRenamedWeights(path.join(root, FILE), NETWORK, (name) => `backbone.${name.replace('_bn/', '_norm/')}`);
});

describe("weights under another program's names", () => {
  it('are shown to fit nowhere, and under rules everywhere', async () => {
    const without = await command('weights', 'map', '--network', NETWORK, FILE, '--json');
    const within = await command('weights', 'map', '--network', NETWORK, FILE, ...RULES, '--json');

    expect([without.code, within.code]).toEqual([1, 0]);
    expect(weightsMap.parse(JSON.parse(without.stdout))).toMatchObject({
      problem: expect.stringContaining('0 of its 135 tensors fit') as unknown,
      counts: { loaded: 0, missing: 135, unexpected: 135 },
    });
    expect(weightsMap.parse(JSON.parse(within.stdout))).toMatchObject({
      problem: null,
      counts: { loaded: 135, shape: 0, missing: 0, unexpected: 0 },
    });
  });

  it('say in the first line how much of the network they fill, and that nothing is no beginning', async () => {
    const part = ['--map', 'strip:backbone.', '--map', '/_norm\\//_bn\\//', '--map', 'not:^conv_pw_13'];
    const train = ['train', '--dataset', 'stripes', '--network', NETWORK, '--weights', FILE, '--epochs', '1'];
    const [mapped, nowhere, trained, refused] = [
      await command('weights', 'map', '--network', NETWORK, FILE, ...part),
      await command('weights', 'map', '--network', NETWORK, FILE),
      await command(...train, ...part),
      await command(...train),
    ];
    const firstLine = ({ stdout }: CommandResult): string => stdout.split('\n')[0] ?? '';

    expect([mapped.code, nowhere.code, trained.code, refused.code]).toEqual([0, 1, 0, 1]);
    expect(firstLine(mapped)).toMatch(/^130 of 135 tensors of \S+ are in .*; 0 of another shape, 5 missing/);
    expect(firstLine(nowhere)).toMatch(/^cannot begin with these: 0 of 135 tensors/);
    expect(firstLine(trained)).toMatch(/^Run \S+: .*; 130 of 135 pretrained tensors loaded, 5 missing$/);
    expect(refused.stdout).toBe('');
    expect(refused.stderr).toMatch(/^error: .*0 of its 135 tensors fit/);
  });

  it('begin a training with the same rules, which the run keeps', async () => {
    const trained = await command(
      ...['train', '--dataset', 'stripes', '--network', NETWORK, '--weights', FILE, ...RULES],
      ...['--epochs', '1', '--json'],
    );
    expect({ code: trained.code, stderr: trained.stderr }).toMatchObject({ code: 0 });
    const { runId } = runResult.parse(JSON.parse(trained.stdout));
    const detail = runDetail.parse(JSON.parse((await command('runs', 'show', runId, '--json')).stdout));

    expect(detail.loadReport?.loaded).toHaveLength(135);
    expect(detail.plan.weights).toMatchObject({ kind: 'file', mapping: RULES.filter((text) => text !== '--map') });
    expect((await command('runs', 'show', runId)).stdout).toContain('strip:backbone.');
  });

  it.each([
    ['a rule that is none', ['--weights', FILE, '--map', 'backbone'], 'A mapping rule is'],
    ['rules without a file', ['--map', 'strip:x'], '--map without --weights'],
    ['rules for a run', ['--weights', 'run:x', '--map', 'strip:x'], 'is a run'],
    ['weights that are not downloaded', ['--weights', 'published:resnet18-f37072fd.pth'], 'thaw weights get'],
  ])('are refused with %s', async (_, parameters, told) => {
    const { code, stderr } = await command('train', '--dataset', 'stripes', '--network', NETWORK, ...parameters);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(told);
  });
});
