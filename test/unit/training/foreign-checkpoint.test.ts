import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointValues } from '../../../src/engine/training/first-values.ts';
import { modelNetwork, readModelFile } from '../../../src/engine/training/model-file.ts';
import type { TrainerJob } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import type { TrainingPlan } from '../../../src/shared/contract/plan.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { never, runUntil, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
let dataset = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 6, val: 3 });
});

async function stopped(changes: Partial<TrainingPlan> = {}): Promise<TrainerJob> {
  const job = trainingJob(root, dataset, { epochs: 50, ...changes });
  await runUntil(4, job);
  return job;
}

/** Puts the checkpoints of one run, and on request its description, into the folder of another. */
function replace(job: TrainerJob, other: TrainerJob, what: readonly string[]): void {
  for (const name of what) {
    rmSync(path.join(job.runDirectory, name), { recursive: true });
    cpSync(path.join(other.runDirectory, name), path.join(job.runDirectory, name), { recursive: true });
  }
}

describe('the checkpoint of another network', () => {
  it('is not resumed from: layer, what was expected and what was found are named', async () => {
    const [job, wider] = [await stopped(), await stopped({ network: 'mobilenet_v1_0.5_32' })];
    replace(job, wider, ['checkpoints']);
    const resumed = trainingJob(root, dataset, { epochs: 50 }, job);
    await expectError(
      () => runTraining(resumed, () => undefined, never),
      'training.checkpoint',
      "layer 'conv1' of mobilenet_v1_0.25_32",
      "expected 'conv1/kernel' [3, 3, 3, 8], found [3, 3, 3, 16]",
    );
  });

  it('is not resumed from though its description came along', async () => {
    const [job, wider] = [await stopped(), await stopped({ network: 'mobilenet_v1_0.5_32' })];
    replace(job, wider, ['checkpoints', 'model.json']);
    const resumed = trainingJob(root, dataset, { epochs: 50 }, job);
    await expectError(
      () => runTraining(resumed, () => undefined, never),
      'training.checkpoint',
      'expected mobilenet_v1_0.25_32, found the description of mobilenet_v1_0.5_32',
    );
  });

  it('with slots of another optimizer is not resumed from: the slot is named', async () => {
    const adam = { kind: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
    const job = await stopped();
    const resumed = trainingJob(root, dataset, { epochs: 50, optimizer: adam }, job);
    await expectError(
      () => runTraining(resumed, () => undefined, never),
      'training.checkpoint',
      "expected '",
      'found nothing of that name',
    );
  });

  it('is not predicted with', async () => {
    const [job, residual] = [await stopped(), await stopped({ network: 'mobilenet_v2_0.35_32' })];
    const model = path.join(job.runDirectory, 'model.json');
    const edited = readFileSync(model, 'utf8').replace('mobilenet_v1_0.25_32', 'mobilenet_v2_0.35_32');
    writeFileSync(model, edited);
    const { network } = modelNetwork(await readModelFile(job.runDirectory));
    await expectError(
      () => checkpointValues(job.runDirectory, 'last', network),
      'training.checkpoint',
      "layer 'Conv1' of mobilenet_v2_0.35_32",
      'found no such tensor',
    );
    const own = await checkpointValues(residual.runDirectory, 'last', network);
    expect(own.values.size).toBeGreaterThan(200);
  });
});
