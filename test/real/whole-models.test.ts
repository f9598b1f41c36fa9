import { rmSync, cpSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { compileActivations } from '../../src/engine/graph/activation-program.ts';
import { encodeSavedModel } from '../../src/engine/graph/saved-model.ts';
import { openModel, recordOf } from '../../src/engine/network/config/model-record.ts';
import type { Network } from '../../src/engine/network/layer.ts';
import { scaleToUnitRange } from '../../src/engine/network/preprocessing.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import { loadWeights } from '../../src/engine/weights/load.ts';
import { readModelConfiguration } from '../../src/engine/weights/model-configuration.ts';
import { openWeights } from '../../src/engine/weights/open.ts';
import { expectError } from '../support/expect-error.ts';
import { describeShared, sharedPath } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

async function opened(...parts: readonly string[]) {
  return openModel(recordOf(await readModelConfiguration(sharedPath('weights', ...parts)), null, null));
}

/** The logits of one image of noise. */
async function logits(network: Network, ...parts: readonly string[]): Promise<Float32Array> {
  const file = await openWeights(sharedPath('weights', ...parts));
  const { tensors, report } = loadWeights(network, file);
  file.close();
  expect(report).toMatchObject({ missing: [], skippedByShape: [], unexpected: [] });
  const program = compileActivations(network, network.output, scaleToUnitRange(224, 224));
  const directory = path.join(temporaryFolder(), 'program');
  using session = Session.load(directory, encodeSavedModel(program.graph, program.signatures), program.signatures);
  session.run('assign', program.assignFeeds(tensors));
  const image = Uint8Array.from({ length: 224 * 224 * 3 }, (_, index) => (index * 7919) % 256);
  const { data } = session.run('activations', { images: { data: [image], shape: [] } })['output'] ?? {};
  if (!(data instanceof Float32Array)) throw new TypeError('The network gave no logits.');
  return data;
}

describeShared('whole models that others published', () => {
  it.each([
    ['a Keras .h5', ['keras', 'stm32_mobilenet_v1_0.25_224_imagenet1000.h5']],
    ['a tfjs LayersModel', ['tfjs', 'mobilenet_v1_0.25_224']],
  ])('as %s compute what the network of the registry does', async (_, parts) => {
    const { withTop, classes, withoutTop } = await opened(...parts);
    expect([classes, withoutTop.output]).toEqual([1000, 'conv_pw_13_relu']);
    const ours = await logits(withTop, ...parts);
    const known = await logits(findNetwork('mobilenet_v1_0.25_224').buildWithTop(1000), ...parts);
    expect(ours).toHaveLength(1000);
    ours.forEach((value, index) => expect(Math.abs(value - (known[index] ?? NaN))).toBeLessThan(1e-4));
  });

  it.each([
    [['keras', 'mobilenet_2_5_224_tf_no_top.h5'], 'weights.unreadable', 'no configuration'],
    [['safetensors', 'dfdx_mnist.safetensors'], 'weights.unreadable', 'no configuration'],
    [['keras', 'nothing.h5'], 'weights.missing', 'nothing is at'],
    [['tfjs', 'mobilenet_v1_0.25_224_graphmodel'], 'weights.unreadable', 'no configuration'],
  ] as const)('%j is none', async (parts, code, words) => {
    await expectError(() => opened(...parts), code, words);
  });
});

describeShared('`thaw train --model`', () => {
  const root = temporaryFolder();
  const command = (...parameters: readonly string[]): Promise<CommandResult> =>
    thaw(parameters, { home: path.join(root, 'home'), cwd: root });

  it('trains a model of no known family, and predicts when its file is gone', async () => {
    cpSync(sharedPath('weights', 'keras', 'mlcommons_resnet8_cifar10.h5'), path.join(root, 'resnet8.h5'));
    await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
    const trained = await command(
      ...['train', '--model', 'resnet8.h5', '--pixels', 'raw', '--dataset', 'stripes'],
      ...['--strategy', 'finetune', '--thaw', 'last:4', '--epochs', '1', '--json'],
    );
    expect({ code: trained.code, stderr: trained.stderr }).toMatchObject({ code: 0 });
    const { runId } = JSON.parse(trained.stdout) as { runId: string };
    rmSync(path.join(root, 'resnet8.h5'));
    const shown = await command('runs', 'show', runId, '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({
      plan: { network: expect.stringMatching(/^model_[0-9a-f]{12}$/) as string },
      loadReport: { missing: [], skippedByShape: [], unexpected: ['dense/kernel', 'dense/bias'] },
    });
    const predicted = await command('predict', '--run', runId, 'stripes/val/fine/000.png', '--json');
    expect({ code: predicted.code, stderr: predicted.stderr }).toMatchObject({ code: 0 });
    expect(predicted.stdout).toContain('broad');
    const layer = await command(
      'activations',
      'stripes/val/fine/000.png',
      '--run',
      runId,
      '--layer',
      'add_2',
      '--json',
    );
    expect({ code: layer.code, stderr: layer.stderr }).toMatchObject({ code: 0 });
  });
});
