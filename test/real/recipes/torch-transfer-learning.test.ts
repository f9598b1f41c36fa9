import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { exportedModel } from '../../../src/shared/contract/model-export.ts';
import { runDetail, runResult, type RunDetail, type RunResult } from '../../../src/shared/contract/run.ts';
import { describeShared, sharedPath } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../../support/thaw-command.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const PLAN = path.join(import.meta.dirname, '../../../docs/recipes/torch-transfer-learning.yaml');
const DATASET = 'data/hymenoptera/hymenoptera_data';
/** The recipe's own, on smaller images and for fewer epochs. */
const SMALLER = ['--network', 'mobilenet_v1_leaky_0.25_96@torch', '--shorter-side', '110', '--epochs', '6'];
const IMAGE = 'val/bees/144098310_a4176fd54d.jpg';

const command = (...parameters: readonly string[]): Promise<CommandResult> =>
  thaw(parameters, { home, cwd: sharedPath() });

async function json(...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await command(...parameters, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as unknown;
}

describeShared("the recipe of PyTorch's transfer learning", () => {
  let run: RunResult;
  let detail: RunDetail;

  beforeAll(async () => {
    const weights = 'weights/pytorch/mobilenetV1X0.25_pretrain.tar';
    run = runResult.parse(await json('train', '--plan', PLAN, '--dataset', DATASET, '--weights', weights, ...SMALLER));
    detail = runDetail.parse(await json('runs', 'show', run.runId));
  });

  it('trains as the listing says', () => {
    expect(detail.plan).toMatchObject({
      strategy: 'finetune',
      newHead: true,
      weightDecay: 1e-4,
      loaderWorkers: 4,
      optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9 },
      augmentation: { randomResizedCrop: { smallestArea: 0.08, largestArea: 1 }, horizontalFlip: true },
    });
  });

  it('loads all of the file but its classifier, which is replaced', () => {
    expect(run.weights).toMatchObject({ loaded: 135, missing: 0, newlyInitialised: 2, skippedByShape: 0 });
    expect(detail.loadReport?.newlyInitialised).toEqual(expect.arrayContaining(['logits/kernel', 'logits/bias']));
  });

  it('learns, and keeps the best epoch', () => {
    const accuracies = run.history.map(({ val_accuracy }) => val_accuracy ?? 0);
    expect(run.bestValAccuracy).toBe(Math.max(...accuracies));
    // 83 of 153 are bees.
    expect(run.bestValAccuracy).toBeGreaterThan(0.65);
  });

  it('gives the best one to PyTorch, under the names that its file had', async () => {
    const out = path.join(root, 'model');
    const { files, selfTest } = exportedModel.parse(
      await json('export', '--run', run.runId, '--format', 'torch', '--out', out),
    );
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['model.pth', 'model_best.pth.tar', 'model.py']),
    );
    expect(selfTest.runtime).toContain('read back to the bit');
    expect(readFileSync(path.join(out, 'MODEL_CARD.md'), 'utf8')).toContain(
      `weights of epoch ${run.bestEpoch ?? NaN} `,
    );
    // It is a source of weights again: all but the classifier is found by name.
    const again = ['--weights', path.join(out, 'model_best.pth.tar'), '--dataset', DATASET, '--epochs', '1'];
    const next = runResult.parse(await json('train', '--plan', PLAN, ...SMALLER, ...again, '--strategy', 'features'));
    expect(next.weights).toMatchObject({ loaded: 135, missing: 0 });
  });

  it('shows one image with its label', async () => {
    const { code, stdout } = await command('predict', '--run', run.runId, `${DATASET}/${IMAGE}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/144098310_a4176fd54d\.jpg +(?:ants|bees) \d+\.\d %/);
  });
});
