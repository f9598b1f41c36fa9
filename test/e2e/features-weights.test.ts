import { rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { initialValues } from '../../src/engine/weights/initialise.ts';
import { writeSafetensors } from '../../src/engine/weights/safetensors-writer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const weights = path.join(root, 'weights.safetensors');

function command(...parameters: readonly string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

/** Other values above the features alone: below them nothing tells the two files apart. */
async function writeWeights(above = 1): Promise<void> {
  const network = findNetwork('mobilenet_v1_0.25_32').build();
  const values = new Map(initialValues(network, 1));
  const tensors = networkTensors(network).map(({ name, shape }) => {
    const own = values.get(name) ?? new Float32Array();
    return [name, { shape, data: name.startsWith('conv_pw_13') ? own.map((value) => value * above) : own }] as const;
  });
  await writeSafetensors(weights, new Map(tensors), {});
}

const train = (...parameters: readonly string[]): Promise<CommandResult> =>
  command('train', '--features', 'a.npz', '--thaw', 'from:conv_dw_13', '--epochs', '1', ...parameters);

describe('the weights that a features file names', () => {
  beforeEach(async () => {
    rmSync(weights, { force: true });
    await writeWeights();
  });

  it('are used while they are the same file, and told', async () => {
    await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
    const network = ['--network', 'mobilenet_v1_0.25_32', '--weights', 'weights.safetensors'];
    const written = await command(
      'features',
      ...network,
      '--dataset',
      'stripes',
      '--layer',
      'conv_pw_12_relu',
      '--out',
      'a.npz',
    );
    expect({ code: written.code, stderr: written.stderr }).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await train();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`The weights are those that the features file names: '${weights}'`);
  });

  it.each([
    ['another file', async () => writeWeights(2), /expected SHA-256 [0-9a-f]{12}\.\.\., found [0-9a-f]{12}\.\.\./],
    ['a device without an end', () => device(), /neither a file nor a folder/],
    ['nothing', () => rmSync(weights), /found nothing/],
  ] as const)('are asked for where there is %s now', async (_, change, words) => {
    await change();
    const { code, stdout, stderr } = await train();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(words);
    expect(stderr).toContain(weights);
    expect(stderr).toMatch(/\nhint: Give the .*--weights/);
    expect((await command('runs', 'list', '--status', 'failed', '--json')).stdout).toBe('[]\n');
  });

  it('may be given by hand where others differ from them above the features', async () => {
    await writeWeights(2);
    const { code, stdout, stderr } = await train('--weights', 'weights.safetensors');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).not.toContain('features file names');
  });
});

function device(): void {
  rmSync(weights);
  symlinkSync('/dev/zero', weights);
}
