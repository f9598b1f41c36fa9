import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FrozenProof } from '../../../src/shared/contract/run.ts';
import type { TrainingPlan } from '../../../src/shared/contract/plan.ts';
import { loadPredictionModel, probabilitiesOf } from '../../../src/engine/training/prediction-model.ts';
import { prepareRun } from '../../../src/engine/training/prepare-run.ts';
import type { TrainerJob, TrainerMessage } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { computed, never, runUntil, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
const PARTS = ['mobilenet_v1_0.25_32', 'squeezenet1_1_32@torch'] as const;
const PREFIXES = ['mobilenet_v1_0.25_32', 'squeezenet1_1_32.torch'] as const;
const NETWORK = `fusion_${PARTS.join('+')}`;
const PIXELS = 32 * 32 * 3;
const IMAGES = Buffer.from(Array.from({ length: 2 * PIXELS }, (_, index) => (index * 37 + (index >> 5) * 11) % 256));

let dataset = '';
let sources: readonly TrainerJob[] = [];

/** A head on both, their bases frozen. */
function fusedJob(changes: Partial<TrainingPlan> = {}, from = sources, resumed?: TrainerJob): TrainerJob {
  const parts = from.map((_, index) => ({ kind: 'run', runId: `part-${index}`, checkpoint: 'last' }) as const);
  const plan = { network: NETWORK, strategy: 'features', weights: { kind: 'fused', parts }, epochs: 2 } as const;
  return {
    ...trainingJob(root, dataset, { ...plan, ...changes }, resumed),
    partRunDirectories: from.map(({ runDirectory }) => runDirectory),
  };
}

/** What leaves the frozen prefix, by layer. */
async function featuresOf(job: TrainerJob): Promise<Readonly<Record<string, Float32Array>>> {
  const { session } = await prepareRun(job, () => undefined, never);
  const features = session.run('features', { images: { data: [IMAGES], shape: [] } });
  session.dispose();
  return Object.fromEntries(Object.entries(features).map(([name, { data }]) => [name, data as Float32Array]));
}

beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 6, val: 3 });
  sources = PARTS.map((network) => trainingJob(root, dataset, { network, epochs: 1 }));
  for (const source of sources) await runTraining(source, () => undefined, never);
});

describe('a fused network', () => {
  it('gives the features that each of its networks gives by itself, with its own preprocessing', async () => {
    const fused = await featuresOf(fusedJob());
    for (const [index, prefix] of PREFIXES.entries()) {
      const source = sources[index];
      if (!source) throw new TypeError('Each part has a run of its own.');
      const plan = { network: PARTS[index] ?? '', strategy: 'features' } as const;
      const weights = { kind: 'run', runId: 'own', checkpoint: 'last' } as const;
      const job = { ...trainingJob(root, dataset, { ...plan, weights }), sourceRunDirectory: source.runDirectory };
      const own = (await featuresOf(job))['features/pooling'] ?? new Float32Array();
      const beside = fused[`features/${prefix}/pooling`] ?? new Float32Array();
      const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const apart = own.reduce((most, value, at) => Math.max(most, Math.abs(value - (beside[at] ?? NaN))), 0);
      expect(beside).toHaveLength(own.length);
      expect(largest).toBeGreaterThan(0.01);
      expect(apart / largest).toBeLessThan(1e-5);
    }
  });

  it('trains a head on both, their weights proven unchanged and both listed', async () => {
    const job = fusedJob();
    const { loadReport, session } = await prepareRun(job, () => undefined, never);
    session.dispose();
    for (const prefix of PREFIXES) {
      expect(loadReport?.loaded.some((name) => name.startsWith(`${prefix}/`))).toBe(true);
    }
    expect(loadReport).toMatchObject({ format: 'fused', missing: [], skippedByShape: [] });
    expect(loadReport?.newlyInitialised).toEqual(['logits/kernel', 'logits/bias']);
    expect(loadReport?.unexpected.toSorted()).toEqual(
      PREFIXES.flatMap((prefix) => [`${prefix}/logits/bias`, `${prefix}/logits/kernel`]),
    );

    const proofs: FrozenProof[] = [];
    const listen = (message: TrainerMessage): void => {
      if (message.kind === 'proof') proofs.push(...message.proof);
    };
    await runTraining(fusedJob(), listen, never);
    expect(proofs.filter(({ before, after }) => before !== after)).toEqual([]);
    for (const prefix of PREFIXES) expect(proofs.some(({ tensor }) => tensor.startsWith(`${prefix}/`))).toBe(true);
  });

  it('goes on after a stop as if there had been none, and predicts', async () => {
    const whole = await runTraining(fusedJob(), () => undefined, never);
    const job = fusedJob();
    await runUntil(2, job);
    const resumed = await runTraining(fusedJob({}, sources, job), () => undefined, never);
    expect(computed(resumed.history)).toEqual(computed(whole.history));
    const model = await loadPredictionModel({ ...job, checkpoint: 'last' });
    const probabilities = probabilitiesOf(model, [IMAGES.subarray(0, PIXELS)]);
    model.session.dispose();
    expect(probabilities).toHaveLength(2);
    expect((probabilities[0] ?? 0) + (probabilities[1] ?? 0)).toBeCloseTo(1, 5);
  });

  it('refuses weights of another network for a part, however well those of the other fit', async () => {
    const swapped = sources.toReversed();
    await expectError(
      () => prepareRun(fusedJob({}, swapped), () => undefined, never),
      'weights.mismatch',
      'mobilenet_v1_0.25_32',
    );
  });
});
