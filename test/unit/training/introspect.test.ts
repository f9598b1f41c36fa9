import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FreezeRule, TrainingPlan } from '../../../src/shared/contract/plan.ts';
import { checkpointPrefix } from '../../../src/engine/training/checkpoint.ts';
import { layerFigures } from '../../../src/engine/training/introspect.ts';
import type { TrainerJob, TrainerMessage } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { computed, never, runUntil, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
let dataset = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 4 });
});

type Told = Extract<TrainerMessage, { kind: 'layers' }>;

async function train(changes: Partial<TrainingPlan>, resumed?: TrainerJob) {
  const job = trainingJob(root, dataset, { epochs: 2, ...changes }, resumed);
  const told: Told[] = [];
  const listen = (message: TrainerMessage): void => {
    if (message.kind === 'layers') told.push(message);
  };
  const result = await runTraining(job, listen, never);
  return { job, told, result };
}

async function read(job: TrainerJob, folder: string, name: string): Promise<Float32Array> {
  const file = await openTensorFlowCheckpoint(path.join(job.runDirectory, 'checkpoints', folder, 'checkpoint'));
  const values = file.read(name);
  file.close();
  return values;
}

describe('a run that looks into its layers', () => {
  it('learns what it would have learnt, and tells of each layer with weights', async () => {
    const [plain, looking] = [await train({}), await train({ introspectionInterval: 3 })];
    expect(plain.told).toEqual([]);
    computed(looking.result.history).forEach((value, index) => {
      expect(Math.abs((value ?? NaN) - (computed(plain.result.history)[index] ?? NaN))).toBeLessThan(1e-5);
    });
    // Five steps an epoch.
    expect(looking.told.map(({ step, epoch }) => [step, epoch])).toEqual([
      [3, 1],
      [6, 2],
      [9, 2],
    ]);
    for (const { layers } of looking.told) {
      expect(layers.map(({ layer }) => layer)).toEqual(expect.arrayContaining(['conv1', 'conv_dw_5_bn', 'logits']));
      for (const { gradientNorm, drift } of layers) {
        expect(gradientNorm).toBeGreaterThan(0);
        expect(drift).toBeGreaterThan(0);
        expect(drift).toBeLessThan(Infinity);
      }
    }
    const drifts = looking.told.map(({ layers }) => layers.find(({ layer }) => layer === 'logits')?.drift ?? NaN);
    expect(drifts).toEqual(drifts.toSorted((one, other) => one - other));
  });

  it('tells a drift that its checkpoints confirm', async () => {
    const { job } = await train({ introspectionInterval: 1, epochs: 1 });
    // A step finds what the checkpoint of the step before holds.
    const prefix = await checkpointPrefix(job.runDirectory, 'last');
    const [first, then] = [
      await read(job, 'first', 'conv1/kernel'),
      await read(job, path.basename(path.dirname(prefix)), 'conv1/kernel'),
    ];
    const { told } = await train({ introspectionInterval: 1, epochs: 2 }, job);
    const [figures] = told;
    expect(figures?.step).toBe(6);
    const way = Math.hypot(...first.map((value, index) => (then[index] ?? NaN) - value));
    const drift = figures?.layers.find(({ layer }) => layer === 'conv1')?.drift;
    expect(drift).toBeCloseTo(way / Math.hypot(...first), 5);
  });

  it('tells of frozen layers within what trains that they have not moved', async () => {
    const rules: FreezeRule[] = [{ action: 'freeze', pattern: 'conv_pw_4' }];
    const { told } = await train({ introspectionInterval: 4, rules });
    const frozen = told.at(-1)?.layers.find(({ layer }) => layer === 'conv_pw_4');
    expect(frozen).toEqual({ layer: 'conv_pw_4', gradientNorm: null, drift: 0 });
  });

  it('measures from before its first step, though it was stopped and resumed', async () => {
    const changes = { introspectionInterval: 7, epochs: 2 };
    const whole = await train(changes);
    const cut = trainingJob(root, dataset, changes);
    await runUntil(4, cut);
    const resumed = await train(changes, cut);
    const [expected, found] = [whole.told.at(-1), resumed.told.at(-1)];
    expect(found?.step).toBe(expected?.step);
    found?.layers.forEach(({ layer, drift }, index) => {
      expect(layer).toBe(expected?.layers[index]?.layer);
      expect(Math.abs((drift ?? NaN) / (expected?.layers[index]?.drift ?? NaN) - 1)).toBeLessThan(1e-3);
    });
  });
});

describe("a layer's figures", () => {
  it('are norms over all of its tensors', () => {
    const introspection = {
      layers: ['a', 'b'],
      moving: [],
      learning: ['a/kernel', 'a/bias'],
      drifting: ['a/kernel', 'a/bias', 'b/bias', 'c/bias'],
      observed: [],
    };
    const row = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });
    const output = { gradients: row(4.5, 8), drift: row(1, 1, 0, 0.5), first: row(8, 0, 0, 0) };
    expect(layerFigures(introspection, output)).toEqual([
      { layer: 'a', gradientNorm: 5, drift: 0.5 },
      { layer: 'b', gradientNorm: null, drift: 0 },
      { layer: 'c', gradientNorm: null, drift: null },
    ]);
  });
});
