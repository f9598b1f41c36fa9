import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainingPlan } from '../../../src/shared/contract/plan.ts';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { parseRule } from '../../../src/engine/freeze/rule.ts';
import { compileProgram, featureFeed } from '../../../src/engine/graph/program.ts';
import type { Program } from '../../../src/engine/graph/program-description.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import { Session, type Feed } from '../../../src/engine/runtime/session.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import { ALL_LAYERS_SIZE as SIZE, allLayersNetwork } from '../../support/all-layers-network.ts';
import { fedFeatures } from '../../support/fed-features.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LABELS = Int32Array.of(1, 0, 1, 0);
const network = allLayersNetwork();
const preprocessing = {
  height: SIZE,
  width: SIZE,
  channelOrder: 'rgb',
  resize: 'stretch',
  kernel: 'bilinear',
  scale: 1 / 127.5,
  offset: -1,
} as const;
const pixels = Uint8Array.from({ length: LABELS.length * SIZE * SIZE * 3 }, (_, at) => (at * 7919 + (at >> 5)) % 256);
const images: Feed = { data: [pixels], shape: [] };
const FLOAT32 = { frozen: 'float32', trainable: 'float32' } as const;
const CUT = 'grouped_act';
const folder = temporaryFolder();
let count = 0;

interface Loaded {
  readonly session: Session;
  readonly program: Program;
  /** One step; gives its loss. */
  readonly step: (learningRate: number) => number;
  /** The values of a tensor that is kept, by its name in checkpoints. */
  readonly read: (name: string) => Promise<Float32Array>;
}

function load(
  precision: TrainingPlan['precision'],
  change: (values: Map<string, Float32Array>) => void = () => {},
): Loaded {
  const rules = [parseRule('/^(excite|dilated|norm|up)$/', 'thaw'), parseRule('/./', 'freezeStatistics')];
  const plan = freezePlan(network, 'features', rules);
  expect(plan.cut).toEqual([CUT]);
  const optimizer = { kind: 'sgd', learningRate: 1, momentum: 0.9, nesterov: false } as const;
  const program = compileProgram({ network, plan, preprocessing, optimizer, precision });
  count += 1;
  const place = path.join(folder, String(count));
  const session = Session.load(place, program.savedModel, program.signatures);
  const values = new Map(initialValues(network, 5));
  change(values);
  session.run('assign', program.assignFeeds(values));
  const features = fedFeatures([CUT], session.run('features', { images }));
  return {
    session,
    program,
    step: (learningRate) => {
      const output = session.run('train', {
        ...features,
        rows: { data: Int32Array.from(LABELS.keys()), shape: [LABELS.length] },
        labels: { data: LABELS, shape: [LABELS.length] },
        learning_rate: { data: Float32Array.of(learningRate), shape: [] },
        dropout_seed: { data: Int32Array.of(1, 2), shape: [2] },
      });
      return output['loss']?.data[0] as number;
    },
    read: async (name) => {
      const prefix = path.join(place, 'checkpoint');
      session.run('save', { prefix: { data: [Buffer.from(prefix)], shape: [] } });
      const checkpoint = await openTensorFlowCheckpoint(prefix);
      const values = checkpoint.read(name);
      checkpoint.close();
      return values;
    },
  };
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** The root mean square of the difference, in standard deviations of what is right. */
function error(values: Float32Array, right: Float32Array): number {
  const squares = values.reduce((sum, value, index) => sum + (value - (right[index] ?? NaN)) ** 2, 0);
  return Math.sqrt(squares / values.length) / deviation(right);
}

describe.each([
  ['bfloat16', 2e-2],
  ['float16', 3e-3],
] as const)('%s', (type, tolerance) => {
  it('in the frozen prefix gives features near those of float32, as float32', () => {
    const outputs = [FLOAT32, { ...FLOAT32, frozen: type }].map((precision) => {
      const { session } = load(precision);
      const features = session.run('features', { images })[featureFeed(CUT)]?.data;
      session.dispose();
      expect(features).toBeInstanceOf(Float32Array);
      return features as Float32Array;
    });
    const [right, found] = outputs as [Float32Array, Float32Array];
    expect(error(found, right)).toBeLessThan(tolerance);
    expect(found).not.toEqual(right);
  });

  it('above the cut learns every layer that float32 learns, much as float32 does', async () => {
    const tensors = networkTensors(network).map(({ name }) => name);
    const after = async (
      precision: TrainingPlan['precision'],
    ): Promise<{ losses: number[]; values: Float32Array[] }> => {
      const { session, step, read } = load(precision);
      const losses = Array.from({ length: 10 }, () => step(0.02));
      const values: Float32Array[] = [];
      for (const name of tensors) values.push(await read(name));
      session.dispose();
      return { losses, values };
    };
    const right = await after(FLOAT32);
    const found = await after({ ...FLOAT32, trainable: type });
    const begin = initialValues(network, 5);
    found.losses.forEach((loss, index) => {
      expect(Math.abs(loss - (right.losses[index] ?? NaN))).toBeLessThan(tolerance * 2);
    });
    const learns = (values: readonly Float32Array[]): string[] =>
      tensors.filter((name, index) => begin.get(name)?.some((value, at) => value !== values[index]?.[at]));
    expect(learns(found.values)).toEqual(learns(right.values));
    expect(learns(found.values)).toContain('dilated/kernel');
  });
});

describe('the scale of the loss in float16', () => {
  const HALF = { frozen: 'float32', trainable: 'float16' } as const;

  it('is halved by gradients that overflow, and nothing but the scale changes in such a step', async () => {
    // The logits are computed in float32; the gradient that leaves them for float16, times the scale, passes its 65504.
    const { session, step, read } = load(HALF, (values) => {
      values.set('logits/kernel', values.get('logits/kernel')?.map((value) => value * 100) ?? new Float32Array());
    });
    const names = ['excite/kernel', 'dilated/kernel', 'logits/kernel'];
    const all = async (): Promise<Float32Array[]> => {
      const values: Float32Array[] = [];
      for (const name of names) values.push(await read(name));
      return values;
    };
    const before = await all();
    expect([...(await read('loss_scaling/scale'))]).toEqual([32768]);
    expect(step(0.01)).toBeGreaterThan(0);
    expect([...(await read('loss_scaling/scale'))]).toEqual([16384]);
    expect([...(await read('loss_scaling/good_steps'))]).toEqual([0]);
    expect(await all()).toEqual(before);
    for (let tries = 0; tries < 16; tries += 1) step(1e-6);
    expect((await read('loss_scaling/scale'))[0]).toBeLessThan(16384);
    const after = await all();
    expect(after).not.toEqual(before);
    expect(after.every((values) => values.every(Number.isFinite))).toBe(true);
    session.dispose();
  });

  it('is doubled after 2,000 steps without any', async () => {
    const { session, step, read } = load(HALF);
    for (let done = 0; done < 1999; done += 1) step(1e-5);
    expect([...(await read('loss_scaling/scale')), ...(await read('loss_scaling/good_steps'))]).toEqual([32768, 1999]);
    step(1e-5);
    expect([...(await read('loss_scaling/scale')), ...(await read('loss_scaling/good_steps'))]).toEqual([65536, 0]);
    session.dispose();
  }, 120_000);
});

it('is no part of a program that computes in float32 or bfloat16', () => {
  for (const trainable of ['float32', 'bfloat16'] as const) {
    const { session, program } = load({ ...FLOAT32, trainable });
    expect(program.trainOperations.filter((name) => name.includes('loss_scal'))).toEqual([]);
    session.dispose();
  }
});
