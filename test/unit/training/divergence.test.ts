import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointPrefix, readTrainingState } from '../../../src/engine/training/checkpoint.ts';
import { assertFinite } from '../../../src/engine/training/divergence.ts';
import type { TrainerMessage } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { writeSafetensors } from '../../../src/engine/weights/safetensors-writer.ts';
import { openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import type { TrainingPlan } from '../../../src/shared/contract/plan.ts';
import { ThawError } from '../../../src/shared/errors/thaw-error.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { never, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
let dataset = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 6 });
});

const sgd = (learningRate: number): TrainingPlan['optimizer'] => ({
  kind: 'sgd',
  learningRate,
  momentum: 0.9,
  nesterov: false,
});

async function failureOf(work: Promise<unknown>): Promise<ThawError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ThawError)) throw new Error('A ThawError was expected.', { cause: error });
  return error;
}

describe('a run that diverges', () => {
  it('stops, naming layer, step and epoch', async () => {
    const job = trainingJob(root, dataset, { optimizer: sgd(1e30) });
    const error = await failureOf(runTraining(job, () => undefined, never));
    expect(error.code).toBe('training.diverged');
    expect(error.message).toMatch(
      /^Loss, gradients and weights must stay finite numbers; layer '[\w.]+' \(its (weights|output)\) became (NaN|-?Infinity) at step \d \(epoch 1\), with a learning rate of 1e\+30\.$/,
    );
    expect(error.hint).not.toContain('checkpoint');
  });

  it.each([{ optimizer: 1e30 }, { optimizer: Number.MAX_VALUE }])(
    'in a later epoch leaves the checkpoint from before as it was ($optimizer)',
    async ({ optimizer }) => {
      const first = trainingJob(root, dataset, { optimizer: sgd(0.01), epochs: 1 });
      await runTraining(first, () => undefined, never);
      const prefix = await checkpointPrefix(first.runDirectory, 'last');
      const before = readFileSync(`${prefix}.data-00000-of-00001`);
      const messages: TrainerMessage[] = [];
      const again = trainingJob(root, dataset, { optimizer: sgd(optimizer), epochs: 3 }, first);
      const error = await failureOf(runTraining(again, (message) => messages.push(message), never));
      expect(error.message).toMatch(/layer '.+' \(its .+\) became .+ at step \d+ \(epoch [23]\)/);
      expect(error.hint).toContain('The last good checkpoint is kept.');
      expect(messages.filter(({ kind }) => kind === 'checkpoint')).toEqual([]);
      expect(await checkpointPrefix(first.runDirectory, 'last')).toBe(prefix);
      expect(readFileSync(`${prefix}.data-00000-of-00001`).equals(before)).toBe(true);
      expect((await readTrainingState(first.runDirectory)).epoch).toBe(1);
      const file = await openTensorFlowCheckpoint(prefix);
      for (const name of file.tensors.keys()) expect(file.read(name).every(Number.isFinite)).toBe(true);
      file.close();
    },
  );

  it('at its very last step writes no checkpoint of what it became', async () => {
    // One step an epoch: its loss is that of the first weights, and finite.
    const job = trainingJob(root, dataset, { optimizer: sgd(Number.MAX_VALUE), epochs: 1, batchSize: 24 });
    const error = await failureOf(runTraining(job, () => undefined, never));
    expect(error.message).toMatch(/became .+ at step 1 \(epoch 1\)/);
    await expectError(() => checkpointPrefix(job.runDirectory, 'last'), 'training.checkpoint');
  });
});

describe('a run whose gradient overflows while loss and weights are finite', () => {
  /** The first convolution gives next to nothing, and its BatchNorm makes that large again: so does the way back. */
  async function overflowingWeights(): Promise<string> {
    const network = findNetwork('mobilenet_v1_0.25_32').build();
    const factors = new Map([
      ['conv1/kernel', 1e-37],
      ['conv1_bn/gamma', 1e37],
    ]);
    const values = new Map(initialValues(network, 1));
    const tensors = networkTensors(network).map(({ name, shape }) => {
      const data = (values.get(name) ?? new Float32Array()).map((value) => value * (factors.get(name) ?? 1));
      return [name, { shape, data }] as const;
    });
    const file = path.join(root, 'overflowing.safetensors');
    await writeSafetensors(file, new Map(tensors), {});
    return file;
  }

  it('stops at that step, naming the tensor', async () => {
    const job = trainingJob(root, dataset, {
      strategy: 'finetune',
      weights: { kind: 'file', path: await overflowingWeights() },
      classWeights: { kind: 'given', weights: { broad: 1e5, fine: 1e5 } },
      optimizer: sgd(1e-20),
    });
    const error = await failureOf(runTraining(job, () => undefined, never));
    expect(error.message).toMatch(
      /^Loss, gradients and weights must stay finite numbers; the gradient of 'conv1\/kernel' in layer 'conv1', of a loss that is finite, became (NaN|-?Infinity) at step 1 \(epoch 1\), with a learning rate of 1e-20\.$/,
    );
    expect(error.hint).toContain('--clip-value');
  });

  it('trains where that layer is frozen', async () => {
    const job = trainingJob(root, dataset, {
      strategy: 'finetune',
      weights: { kind: 'file', path: path.join(root, 'overflowing.safetensors') },
      classWeights: { kind: 'given', weights: { broad: 1e5, fine: 1e5 } },
      optimizer: sgd(1e-20),
      rules: [{ action: 'freeze', pattern: 'conv1' }],
      epochs: 1,
    });
    expect((await runTraining(job, () => undefined, never)).status).toBe('finished');
  });
});

describe('weights to begin with', () => {
  it('must be finite numbers, and are refused by layer', async () => {
    const values = new Map([
      ['conv1/kernel', Float32Array.of(1, 2)],
      ['conv_dw_3/depthwise_kernel', Float32Array.of(0, 1, NaN)],
    ]);
    await expectError(
      () => assertFinite(values, 'a.h5'),
      'weights.unreadable',
      "layer 'conv_dw_3'",
      'NaN at 2',
      'a.h5',
    );
    expect(() => assertFinite(new Map([['a/kernel', Float32Array.of(-1e38)]]), 'a.h5')).not.toThrow();
  });
});
