import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createService } from '../../../src/engine/service/create-service.ts';
import type { TensorHistograms } from '../../../src/shared/contract/histograms.ts';
import { runDetail, runResult, type RunDetail } from '../../../src/shared/contract/run.ts';
import { describeShared, sharedPath } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const PLAN = path.join(import.meta.dirname, '../../../docs/recipes/bottlenecks.yaml');
const DATASET = 'data/hymenoptera/hymenoptera_data';
const WEIGHTS = 'weights/keras/mobilenet_2_5_224_tf_no_top.h5';
/** The network on smaller images: a third of the work, and the claim is the same. */
const SMALLER = ['--network', 'mobilenet_v1_0.25_128'];

const exported = z.object({
  files: z.array(z.object({ name: z.string() })),
  selfTest: z.object({ difference: z.number(), allowed: z.number() }),
});

async function json(...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await thaw([...parameters, '--json'], { home, cwd: sharedPath() });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as unknown;
}

describeShared('the recipe of bottlenecks and a shallow head', () => {
  let detail: RunDetail;
  let histograms: readonly TensorHistograms[];
  let steps: readonly number[];

  beforeAll(async () => {
    const given = ['--plan', PLAN, '--dataset', DATASET, '--weights', WEIGHTS, ...SMALLER];
    const { runId } = runResult.parse(await json('train', ...given));
    detail = runDetail.parse(await json('runs', 'show', runId));
    const service = createService({ home, cache: path.join(root, 'cache') });
    try {
      histograms = await service.transport.invoke('runs.histograms', { runId });
      const request = { runId, by: 'step' as const, keys: ['loss' as const], maxPoints: 1000 };
      const [loss] = await service.transport.invoke('runs.series', request);
      steps = Array.from(loss?.x ?? []);
    } finally {
      await service.close();
    }
  });

  it('tells the insects of the test split apart, which it has not learnt from, above what guessing gives', () => {
    const { dataset, testAccuracy, frozenUnchanged, parameters } = detail.result;
    expect(dataset?.test).toBeGreaterThan(30);
    expect(testAccuracy).toBeGreaterThan(0.7);
    // The softmax alone has learnt: 256 features to 2 classes.
    expect({ frozenUnchanged, trainable: parameters?.trainable }).toEqual({ frozenUnchanged: true, trainable: 514 });
  });

  it('validates every tenth step on 100 images and keeps the metrics of every tenth', () => {
    const { history } = detail.result;
    expect(history).toHaveLength(40);
    for (const { val_accuracy } of history) {
      const hits = (val_accuracy ?? NaN) * 100;
      expect(Math.abs(hits - Math.round(hits))).toBeLessThan(1e-6);
    }
    expect(steps).toEqual(Array.from({ length: 40 }, (_, index) => 10 * (index + 1)));
  });

  it('shows how the weights spread out from next to nothing, and the logits with them', () => {
    expect(histograms.map(({ tensor }) => tensor)).toEqual(['logits', 'logits/bias', 'logits/kernel']);
    const widths = (tensor: string): readonly number[] =>
      histograms.find((own) => own.tensor === tensor)?.steps.map(({ low, high }) => high - low) ?? [];
    for (const tensor of ['logits', 'logits/kernel']) {
      const all = widths(tensor);
      expect(all).toHaveLength(40);
      expect(all.at(-1)).toBeGreaterThan(2 * (all[0] ?? NaN));
    }
  });

  it('goes out as a frozen graph that predicts as the run does', async () => {
    const folder = path.join(root, 'frozen');
    const written = await json('export', '--run', detail.summary.runId, '--format', 'pb', '--out', folder);
    const { selfTest, files } = exported.parse(written);
    expect(selfTest.difference).toBeLessThanOrEqual(selfTest.allowed);
    for (const { name } of files) expect(existsSync(path.join(folder, name))).toBe(true);
    expect(files.some(({ name }) => name.endsWith('.pb'))).toBe(true);
  });
});
