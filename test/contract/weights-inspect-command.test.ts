import path from 'node:path';
import { expect, it } from 'vitest';
import { weightsListing } from '../../src/shared/contract/weights-listing.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { weightFixture } from '../support/weight-fixtures.ts';

const root = temporaryFolder();

function inspect(...parameters: string[]): Promise<CommandResult> {
  return thaw(['weights', 'inspect', ...parameters], { home: path.join(root, 'home'), cwd: root });
}

it('thaw weights inspect prints the format, and each tensor with its shape, type and size', async () => {
  const { code, stdout } = await inspect(weightFixture('module.pth'));
  expect(code).toBe(0);
  expect(stdout).toContain('module.pth: torch-zip, named as torch does, 4.6 KiB, 9 weights and 1 other tensors');
  expect(stdout).toMatch(/0\.weight +\[4, 3, 3, 3\] +float32 +432 B\n/);
  expect(stdout).toMatch(/1\.num_batches_tracked +\[\] +int64, no weight +8 B\n/);
});

it('prints it as JSON, of a checkpoint by the prefix of its files', async () => {
  const { stdout } = await inspect(weightFixture('objects'), '--json');
  const listing = weightsListing.parse(JSON.parse(stdout));
  expect(listing).toMatchObject({ format: 'tensorflow-checkpoint', framework: 'tensorflow' });
  expect(listing.tensors).toContainEqual({
    name: 'conv1/kernel',
    storedName: 'model/layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE',
    shape: [3, 3, 2, 2],
    dtype: 'float32',
    bytes: 144,
    weight: true,
  });
  expect(listing.tensors.filter(({ weight }) => weight)).toHaveLength(6);
});

it('ends with what is wrong with a file, and what to do', async () => {
  const { code, stderr } = await inspect(weightFixture('make_torch.py'));
  expect(code).toBe(1);
  expect(stderr).toContain('error: Thaw reads Keras .h5');
  const missing = await inspect('none.h5');
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain('none.h5');
});
