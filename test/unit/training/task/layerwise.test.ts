import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainingPlan } from '../../../../src/shared/contract/plan.ts';
import { completePlan } from '../../../../src/engine/service/default-plan.ts';
import type { TrainerJob, TrainerMessage } from '../../../../src/engine/training/protocol.ts';
import { chosenPrefix } from '../../../../src/engine/training/starred-checkpoints.ts';
import { runTraining } from '../../../../src/engine/training/run-training.ts';
import { openStoredCheckpoint } from '../../../../src/engine/weights/tensorflow-checkpoint.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { computed, never, runUntil, trainingJob } from '../../../support/training-job.ts';
import { writeTinyDataset } from '../../../support/tiny-dataset.ts';

const root = temporaryFolder();
const EPOCHS = 3;
let dataset = '';

beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3, test: 2 });
});

/** Layer by layer, as a plan that says no more than that. */
function layerByLayer(network: string, noise = 0): Partial<TrainingPlan> {
  const task = { kind: 'autoencoder', layerwise: true, noise } as const;
  const { stages, epochs, rules, strategy, optimizer } = completePlan({ network, task, epochs: EPOCHS });
  // Each step is told, so that a run can be stopped after any.
  return { network, task, stages, epochs, rules, strategy, optimizer, batchSize: 6, logInterval: 1 };
}

async function lastWeights(job: TrainerJob) {
  const file = await openStoredCheckpoint(await chosenPrefix(job.runDirectory, 'last'));
  return new Map([...file.tensors.keys()].map((name) => [name, file.read(name)]));
}

describe.each(['dense_12-8-6_8', 'conv_4-6_16'])('the layers of %s, one after the other', (network) => {
  it('each learn to give their own input again, while those below stay as they have become', async () => {
    const told: TrainerMessage[] = [];
    const job = trainingJob(root, dataset, layerByLayer(network));
    const result = await runTraining(job, (message) => void told.push(message), never);
    const names = job.plan.stages.map(({ name }) => name);
    expect(result).toMatchObject({ status: 'finished', error: null, frozenUnchanged: true, bestValAccuracy: null });
    expect(result.history.length).toBe(EPOCHS * names.length);
    expect(result.warnings).toEqual([]);
    names.forEach((_, stage) => {
      const own = result.history.slice(stage * EPOCHS, (stage + 1) * EPOCHS);
      expect(own.at(-1)?.val_loss ?? NaN).toBeLessThan(own[0]?.val_loss ?? NaN);
    });
    const stages = told.flatMap((message) =>
      message.kind === 'event' && message.body.kind === 'stage' ? [message.body] : [],
    );
    expect(stages.map(({ name, firstEpoch }) => [name, firstEpoch])).toEqual(
      names.map((name, stage) => [name, stage * EPOCHS + 1]),
    );
    stages.forEach(({ layers, cut }, stage) => {
      const trains = layers.filter(({ state, parameters }) => state === 'trainable' && parameters > 0);
      expect(trains.map(({ name }) => name)).toEqual([names[stage], `decode_${names[stage]}`]);
      expect(cut.length).toBe(stage === 0 ? 0 : 1);
    });
    const proofs = told.flatMap((message) => (message.kind === 'proof' ? [message.proof] : []));
    expect(proofs.map((proof) => proof.filter(({ tensor }) => !tensor.startsWith('decode_')).length)).toEqual(
      names.map(() => 2 * (names.length - 1)),
    );
    // The best of the run is one of the last layer's, however small the errors of those below are.
    expect(result.bestEpoch).toBeGreaterThan(EPOCHS * (names.length - 1));
  });

  it('go on after a stop, in whatever layer, as if there had been none', async () => {
    const plan = layerByLayer(network, 0.2);
    const whole = trainingJob(root, dataset, plan);
    const { history } = await runTraining(whole, () => undefined, never);
    const last = await lastWeights(whole);
    for (const step of [2, 7, 10]) {
      const job = trainingJob(root, dataset, plan);
      const stopped = await runUntil(step, job);
      expect(stopped.status).toBe('stopped');
      const result = await runTraining(trainingJob(root, dataset, job.plan, job), () => undefined, never);
      expect(computed(result.history)).toEqual(computed(history));
      expect(await lastWeights(job)).toEqual(last);
    }
  });
});

it('are taken up by a classifier, without the decoders', async () => {
  const job = trainingJob(root, dataset, layerByLayer('dense_12-8-6_8'));
  await runTraining(job, () => undefined, never);
  const classifier = {
    ...trainingJob(root, dataset, {
      ...{ network: 'dense_12-8-6_8', strategy: 'finetune', epochs: 1 },
      weights: { kind: 'run', runId: 'before' },
    }),
    sourceRunDirectory: job.runDirectory,
  };
  const { weights } = await runTraining(classifier, () => undefined, never);
  expect(weights).toMatchObject({ loaded: 6, missing: 0, newlyInitialised: 2, skippedByShape: 0 });
  expect(weights?.unexpected).toBeGreaterThanOrEqual(6);
});
