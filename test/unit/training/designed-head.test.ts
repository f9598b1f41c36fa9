import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { USUAL_HEAD, type HeadDesign } from '../../../src/shared/contract/head-design.ts';
import type { LoadReport } from '../../../src/shared/contract/run.ts';
import { loadPredictionModel } from '../../../src/engine/training/prediction-model.ts';
import { prepareRun } from '../../../src/engine/training/prepare-run.ts';
import type { TrainerJob } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { computed, never, runUntil, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
let dataset = '';

const DESIGN: HeadDesign = {
  ...USUAL_HEAD,
  base: 'conv_pw_11_relu',
  pooling: 'max',
  hidden: [
    { kind: 'conv', filters: 6, activation: 'relu', batchNorm: true, dropout: 0 },
    { kind: 'dense', units: 10, activation: 'elu', batchNorm: true, dropout: 0.25 },
    { kind: 'dense', units: 4, activation: 'gelu', batchNorm: false, dropout: 0 },
  ],
  initializer: 'heNormal',
  temperature: 4,
};

let first: TrainerJob;

/** [logits of one grey image] as a run predicts. */
async function logitsOf(job: TrainerJob, runDirectory: string): Promise<readonly number[]> {
  const { session } = await loadPredictionModel({ runDirectory, checkpoint: 'last', plan: job.plan });
  const { logits } = session.run('predict', { images: { data: [Buffer.alloc(32 * 32 * 3, 90)], shape: [] } });
  session.dispose();
  return [...((logits?.data ?? []) as Float32Array)];
}

/** What a run with that head takes of the first one's weights. */
async function loadedInto(design: HeadDesign, newHead = false): Promise<LoadReport | null> {
  const plan = { ...first.plan, strategy: 'finetune', weights: { kind: 'run', runId: 'first' }, newHead } as const;
  const job = {
    ...trainingJob(root, dataset, { ...plan, headDesign: design }),
    sourceRunDirectory: first.runDirectory,
  };
  const { session, loadReport } = await prepareRun(job, () => undefined, never);
  session.dispose();
  return loadReport;
}

beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 6, val: 3 });
  first = trainingJob(root, dataset, { epochs: 2, headDesign: DESIGN });
  await runTraining(first, () => undefined, never);
});

describe('a run with a designed head', () => {
  it('predicts with the head that it trained, its logits divided by the temperature', async () => {
    const cold = path.join(root, 'cold');
    cpSync(first.runDirectory, cold, { recursive: true });
    const model = path.join(cold, 'model.json');
    const edited = readFileSync(model, 'utf8').replace('"temperature": 4', '"temperature": 1');
    writeFileSync(model, edited);
    const [divided, whole] = [await logitsOf(first, first.runDirectory), await logitsOf(first, cold)];
    expect(divided).toHaveLength(2);
    expect(whole.map((logit) => logit / 4)).toEqual(divided.map((logit) => expect.closeTo(logit, 5) as number));
    expect(Math.abs(whole[0] ?? 0)).toBeGreaterThan(0);
  });

  it('goes on after a stop as if there had been none', async () => {
    const plan = { epochs: 2, headDesign: DESIGN };
    const whole = await runTraining(trainingJob(root, dataset, plan), () => undefined, never);
    const job = trainingJob(root, dataset, plan);
    await runUntil(2, job);
    const resumed = await runTraining(trainingJob(root, dataset, plan, job), () => undefined, never);
    expect(computed(resumed.history)).toEqual(computed(whole.history));
  });

  it('trains a frozen base from its features as well, with its hidden layers and nothing else', async () => {
    const plan = { ...first.plan, strategy: 'features', weights: { kind: 'run', runId: 'first' } } as const;
    const job = { ...trainingJob(root, dataset, plan), sourceRunDirectory: first.runDirectory };
    const { session, plan: frozen } = await prepareRun(job, () => undefined, never);
    session.dispose();
    expect([...frozen.trainable].sort()).toEqual(
      ['hidden_1', 'hidden_1_batch_norm', 'hidden_2', 'hidden_2_batch_norm', 'hidden_3', 'logits'].sort(),
    );
    expect(frozen.cut).toEqual(['conv_pw_11_relu']);
  });
});

describe('the weights of a run', () => {
  it('go into the same head whole', async () => {
    const report = await loadedInto(DESIGN);
    expect(report?.newlyInitialised).toEqual([]);
    expect(report?.loaded).toEqual(expect.arrayContaining(['hidden_1/kernel', 'hidden_3/bias', 'logits/kernel']));
    expect(report?.skippedByShape).toEqual([]);
    expect(report?.unexpected).toEqual([]);
  });

  it('go into another head by name, what has another shape being skipped and told', async () => {
    const [conv, dense, last] = DESIGN.hidden;
    if (!conv || dense?.kind !== 'dense' || !last) throw new TypeError('The design has three layers.');
    const report = await loadedInto({ ...DESIGN, hidden: [conv, { ...dense, units: 12 }, last] });
    expect(report?.loaded).toEqual(
      expect.arrayContaining(['hidden_1/kernel', 'hidden_1_batch_norm/gamma', 'hidden_3/bias']),
    );
    expect(report?.skippedByShape.map(({ name }) => name)).toEqual([
      'hidden_2/kernel',
      'hidden_2_batch_norm/gamma',
      'hidden_2_batch_norm/beta',
      'hidden_2_batch_norm/moving_mean',
      'hidden_2_batch_norm/moving_variance',
      'hidden_3/kernel',
    ]);
    // A classifier upon layers that begin anew would tell nothing.
    expect(report?.newlyInitialised).toEqual(expect.arrayContaining(['logits/kernel']));
  });

  it('leave a head that is to begin anew alone', async () => {
    const report = await loadedInto(DESIGN, true);
    expect(report?.loaded.filter((name) => name.startsWith('hidden') || name.startsWith('logits'))).toEqual([]);
    expect(report?.skippedByShape).toEqual([]);
  });
});
