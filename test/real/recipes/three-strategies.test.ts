import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createService } from '../../../src/engine/service/create-service.ts';
import { runDetail, runResult, type RunDetail } from '../../../src/shared/contract/run.ts';
import { writeRenamedWeights } from '../../support/renamed-weights.ts';
import { describeShared, sharedPath } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const PLAN = path.join(import.meta.dirname, '../../../docs/recipes/three-strategies.yaml');
const DATASET = 'data/hymenoptera/hymenoptera_data';
const WEIGHTS = 'weights/keras/mobilenet_2_5_224_tf_no_top.h5';
/** The network on smaller images, for fewer steps: a fifth of the work, and the claim is the same. */
const SMALLER = ['--network', 'mobilenet_v1_0.25_128', '--steps-per-epoch', '30'];
const series = z.object({ runs: z.array(z.object({ name: z.string(), result: runResult })) });

async function json(...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await thaw([...parameters, '--json'], { home, cwd: sharedPath() });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as unknown;
}

describeShared('the recipe of three strategies', () => {
  let head: RunDetail;
  let fineTuned: RunDetail;
  let scratch: RunDetail;

  beforeAll(async () => {
    const given = ['--plan', PLAN, '--dataset', DATASET, '--weights', WEIGHTS, ...SMALLER];
    const { runs } = series.parse(await json('train', ...given));
    const details = [];
    for (const { result } of runs) details.push(runDetail.parse(await json('runs', 'show', result.runId)));
    [head, fineTuned, scratch] = details as [RunDetail, RunDetail, RunDetail];
  });

  it('restores all of the network by name but its head, which begins anew, and lists both', () => {
    for (const { loadReport } of [head, fineTuned]) {
      expect(loadReport?.loaded).toHaveLength(135);
      expect(loadReport?.newlyInitialised).toEqual(['logits/kernel', 'logits/bias']);
    }
    expect(scratch.loadReport).toBeNull();
  });

  it('leaves what is frozen unchanged to the last bit', () => {
    expect(head.result).toMatchObject({ frozenUnchanged: true, frozenTensors: 135 });
    expect(fineTuned.result.frozenUnchanged).toBe(true);
    expect(fineTuned.result.frozenTensors).toBeLessThan(135);
    expect(fineTuned.result.frozenTensors).toBeGreaterThan(0);
    expect(scratch.result.frozenTensors).toBe(0);
  });

  it('keeps the metrics of every tenth step, and validates as often as the file says', async () => {
    const service = createService({ home, cache: path.join(root, 'cache') });
    try {
      const { runId } = head.result;
      const [loss] = await service.transport.invoke('runs.series', {
        runId,
        by: 'step',
        keys: ['loss'],
        maxPoints: 1000,
      });
      expect(Array.from(loss?.x ?? [])).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
      expect(head.result.history).toHaveLength(3);
    } finally {
      await service.close();
    }
  });

  it('lets pretrained weights beat training from scratch, which steps as few as these do not bring far', () => {
    const reached = ({ result }: RunDetail): number => result.bestValAccuracy ?? 0;
    expect(reached(head)).toBeGreaterThan(reached(scratch) + 0.1);
    expect(reached(fineTuned)).toBeGreaterThan(reached(scratch) + 0.1);
  });

  it('restores weights that another program keeps under a prefix', async () => {
    const file = path.join(root, 'prefixed.safetensors');
    await writeRenamedWeights(file, 'mobilenet_v1_0.25_96', (name) => `backbone.model/${name}`);
    const given = ['--dataset', DATASET, '--weights', file, '--map', 'strip:backbone.model/', '--steps', '1'];
    const network = ['--network', 'mobilenet_v1_0.25_96', '--steps-per-epoch', '1'];
    const { weights } = runResult.parse(await json('train', ...given, ...network));
    expect(weights).toMatchObject({ loaded: 135, newlyInitialised: 2, unexpected: 0 });
  });
});
