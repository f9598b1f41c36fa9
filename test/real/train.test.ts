import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { predictResult } from '../../src/shared/contract/endpoint.ts';
import { runResult, type EpochMetrics, type RunResult } from '../../src/shared/contract/run.ts';
import { describeShared, sharedPath } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const DATASET = 'data/hymenoptera/hymenoptera_data';
const WITHOUT_TOP = 'weights/keras/mobilenet_2_5_224_tf_no_top.h5';
const WITH_TOP = 'weights/keras/stm32_mobilenet_v1_0.25_224_imagenet1000.h5';
const TFJS = 'weights/tfjs/mobilenet_v1_0.25_224';

/** Trains a new head on ants and bees; paths are relative to where the person stands, the shared folder. */
function train(weights: string, cache: string, ...parameters: readonly string[]): Promise<CommandResult> {
  const network = ['--network', 'mobilenet_v1_0.25_224', '--strategy', 'features', '--dataset', DATASET];
  return thaw(['train', ...network, '--weights', weights, '--json', ...parameters], {
    home,
    cwd: sharedPath(),
    environment: { THAW_CACHE: path.join(root, cache) },
  });
}

async function finished(command: Promise<CommandResult>): Promise<{ result: RunResult; stderr: string }> {
  const { code, stdout, stderr } = await command;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return { result: runResult.parse(JSON.parse(stdout)), stderr };
}

/** SHA-256 of each file of cached features, whatever its name. */
function featureFiles(cache: string): string[] {
  return readdirSync(path.join(root, cache, 'features'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.npy'))
    .map((entry) =>
      createHash('sha256')
        .update(readFileSync(path.join(entry.parentPath, entry.name)))
        .digest('hex'),
    )
    .sort();
}

/** All that an epoch computed, the time that it took apart. */
function values({ loss, accuracy, val_loss, val_accuracy }: EpochMetrics): (number | null)[] {
  return [loss, accuracy, val_loss, val_accuracy];
}

describeShared('a new head for ants and bees', () => {
  const seed = ['--seed', '1', '--epochs', '60'];
  let first: RunResult;

  it('tells them apart on the features of published weights, which stay as they are', async () => {
    ({ result: first } = await finished(train(WITHOUT_TOP, 'cache', ...seed)));
    expect(first).toMatchObject({
      status: 'finished',
      frozenUnchanged: true,
      frozenTensors: 135,
      parameters: { trainable: 514, frozen: 218_544 },
      dataset: { classes: ['ants', 'bees'], train: 245, validation: 153, test: 0, skipped: [] },
      warnings: [],
    });
    expect(first.history).toHaveLength(60);
    // A coarse bound for a single seed: means over seeds are for the benches.
    expect(first.bestValAccuracy).toBeGreaterThanOrEqual(0.86);
  });

  it('gets the same features to the bit from every file of these weights, and computes them once', async () => {
    const computed = 'Computing features';
    const withTop = await finished(train(WITH_TOP, 'another-cache', ...seed));
    expect(withTop.stderr).toContain(computed);
    const tfjs = await finished(train(TFJS, 'cache', ...seed));
    expect(tfjs.stderr).not.toContain(computed);
    expect(featureFiles('cache')).toHaveLength(1);
    expect(featureFiles('another-cache')).toEqual(featureFiles('cache'));

    const counts = { loaded: 135, skippedByShape: 0, missing: 0, newlyInitialised: 2 };
    expect(first.weights).toEqual({ ...counts, unexpected: 0 });
    for (const { result } of [withTop, tfjs]) {
      expect(result.weights).toEqual({ ...counts, unexpected: 2 });
      expect(result.history.map(values)).toEqual(first.history.map(values));
    }
  });

  it('names the insect on photos that it has not trained on', async () => {
    const photos = ['val/ants/10308379_1b6c72e180.jpg', 'val/bees/10870992_eebeeb3a12.jpg'];
    const files = photos.map((photo) => path.join(DATASET, photo));
    const predicted = await thaw(['predict', '--run', first.runId, '--json', ...files], { home, cwd: sharedPath() });
    expect({ code: predicted.code, stderr: predicted.stderr }).toMatchObject({ code: 0 });
    const { predictions } = predictResult.parse(JSON.parse(predicted.stdout));
    expect(predictions.map(({ classes }) => classes[0]?.name)).toEqual(['ants', 'bees']);
  });
});

describeShared('weight files that do not fit', () => {
  async function refusal(weights: string): Promise<{ code: string; message: string; hint: string }> {
    const { code, stdout, stderr } = await train(weights, 'cache', '--epochs', '1');
    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(stdout + stderr).not.toMatch(/HDF5-DIAG|\n\s+at /);
    return (JSON.parse(stdout) as { error: { code: string; message: string; hint: string } }).error;
  }

  it.each(['mlcommons_resnet8_cifar10.h5', 'squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5'])(
    'of another network are refused: %s',
    async (name) => {
      const error = await refusal(path.join('weights/keras', name));
      expect(error.code).toBe('weights.mismatch');
      expect(error.message).toContain('mobilenet_v1_0.25_224');
      expect(error.hint).toContain('Choose the network');
    },
  );

  it.each([0, 7, 600, 0.3, 0.99, -1])('cut after %d (bytes, share, or from the end) are refused', async (cut) => {
    const file = path.join(root, `cut-${cut}.h5`);
    copyFileSync(sharedPath(WITHOUT_TOP), file);
    const { size } = statSync(file);
    truncateSync(file, Number.isInteger(cut) ? (cut < 0 ? size + cut : cut) : Math.floor(size * cut));
    const error = await refusal(file);
    expect(error.code).toBe('weights.unreadable');
    expect(error.message).toContain(file);
    expect(error.hint).not.toBe('');
  });
});
