import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainingPlan, TrainingStage } from '../../../src/shared/contract/plan.ts';
import type { RunEventBody } from '../../../src/shared/contract/event.ts';
import { withStages } from '../../../src/shared/contract/stages.ts';
import { checkpointPrefix, readStateOf, readTrainingState } from '../../../src/engine/training/checkpoint.ts';
import type { TrainerJob, TrainerMessage } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { StageList } from '../../../src/engine/training/stage-list.ts';
import { takeOver } from '../../../src/engine/training/take-over.ts';
import { openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { computed, never, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
let dataset = '';
beforeAll(async () => {
  mkdirSync(root, { recursive: true });
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 6, test: 4 });
});

const STILL = 1e-30;
/** Of 24 images in batches of 5. */
const STEPS = 5;

function stage(name: string, changes: Partial<TrainingStage> = {}): TrainingStage {
  return {
    name,
    strategy: 'features',
    rules: [],
    epochs: 2,
    learningRate: 0.05,
    learningRateRules: [],
    schedule: { kind: 'constant' },
    warmupEpochs: 0,
    earlyStopping: null,
    begins: 'best',
    ...changes,
  };
}

const HEAD = stage('head');
const TOP = stage('top', { rules: [{ action: 'thaw', pattern: 'from:block_13' }], learningRate: 0.01 });
const ALL = stage('all', { strategy: 'finetune', epochs: 1, learningRate: 0.001 });

function stagedJob(
  stages: readonly TrainingStage[],
  changes: Partial<TrainingPlan> = {},
  resumed?: TrainerJob,
): TrainerJob {
  const job = trainingJob(root, dataset, { dropout: 0.25, logInterval: 1, ...changes }, resumed);
  return { ...job, plan: withStages(job.plan, stages) };
}

type Told<Kind extends RunEventBody['kind']> = Extract<RunEventBody, { kind: Kind }>;

/** A run and all that it told. */
async function trained(job: TrainerJob, signal = never, stages = new StageList(job.plan)) {
  const messages: TrainerMessage[] = [];
  const result = await runTraining(job, (message) => messages.push(message), signal, undefined, stages);
  const bodies = messages.flatMap((message) => (message.kind === 'event' ? [message.body] : []));
  const told = <Kind extends RunEventBody['kind']>(kind: Kind): Told<Kind>[] =>
    bodies.filter((body): body is Told<Kind> => body.kind === kind);
  const ended = messages.flatMap((message) => (message.kind === 'stageEnded' ? [message.ended] : []));
  const proofs = messages.flatMap((message) => (message.kind === 'proof' ? [message] : []));
  return { result, told, ended, proofs, messages };
}

describe('a run in stages', () => {
  it('trains each under a mask and a cut of its own, counts epochs through and proves what each froze', async () => {
    const { result, told, ended, proofs } = await trained(stagedJob([HEAD, TOP, ALL]));
    expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true, error: null });
    expect(result.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(result.history.map(({ learningRate }) => learningRate)).toEqual([0.05, 0.05, 0.01, 0.01, 0.001]);
    expect(told('stage').map(({ name, stage: at, firstEpoch, epochs }) => [name, at, firstEpoch, epochs])).toEqual([
      ['head', 0, 1, 2],
      ['top', 1, 3, 2],
      ['all', 2, 5, 1],
    ]);
    const [head, top, all] = told('stage');
    expect(top?.parameters.trainable).toBeGreaterThan(head?.parameters.trainable ?? Infinity);
    expect(all?.parameters.trainable).toBeGreaterThan(top?.parameters.trainable ?? Infinity);
    expect([head?.cut.length, top?.cut.length, all?.cut]).toEqual([1, 1, []]);
    expect(top?.cut).not.toEqual(head?.cut);
    expect(ended).toMatchObject([
      { stage: 0, lastEpoch: 2, ending: 'finished' },
      { stage: 1, lastEpoch: 4, ending: 'finished' },
      { stage: 2, lastEpoch: 5, ending: 'finished' },
    ]);
    expect(proofs.map(({ stage: at, proof }) => [at, proof.length])).toEqual([
      [0, 135],
      [1, result.frozenTensors === null ? 0 : result.frozenTensors - 135],
      [2, 0],
    ]);
    expect(proofs.flatMap(({ proof }) => proof).every(({ before, after }) => before === after)).toBe(true);
    const steps = told('step').map(({ step }) => step);
    expect(steps.at(-1)).toBe(5 * STEPS);
  });

  it.each([
    ['in the first stage', 3],
    ['at the end of the first stage', 2 * STEPS],
    ['in the second stage', 2 * STEPS + 3],
    ['at the end of the second stage', 4 * STEPS],
  ])('stopped %s and resumed goes on to the last bit as if it had never stopped', async (_, step) => {
    const whole = await trained(stagedJob([HEAD, TOP, stage('head again', { epochs: 1 })]));
    const cut = stagedJob([HEAD, TOP, stage('head again', { epochs: 1 })]);
    const stop = new AbortController();
    const stopped = await runTraining(
      cut,
      (message) => {
        if (message.kind === 'event' && message.body.kind === 'step' && message.body.step >= step) stop.abort();
      },
      stop.signal,
    );
    expect(stopped.status).toBe('stopped');
    expect((await readTrainingState(cut.runDirectory)).step).toBe(step);
    const resumed = await trained({ ...cut, resume: true });
    expect(resumed.result).toMatchObject({ status: 'finished', frozenUnchanged: true });
    expect(computed(resumed.result.history)).toEqual(computed(whole.result.history));
    expect(resumed.result.bestEpoch).toBe(whole.result.bestEpoch);
    expect(resumed.result.testAccuracy).toBe(whole.result.testAccuracy);
    expect(resumed.result.frozenTensors).toBe(whole.result.frozenTensors);
  });

  it('stopped while the features of a stage are computed keeps what was, and begins that stage when it is resumed', async () => {
    const own = path.join(root, 'cache-of-stopped');
    const job = { ...stagedJob([HEAD, TOP]), cacheDirectory: own };
    const stop = new AbortController();
    let ended = false;
    const stopped = await runTraining(
      job,
      (message) => {
        ended ||= message.kind === 'stageEnded';
        if (ended && message.kind === 'event' && message.body.kind === 'progress') {
          if (message.body.phase === 'features') stop.abort();
        }
      },
      stop.signal,
    );
    expect(stopped).toMatchObject({ status: 'stopped', frozenUnchanged: true });
    expect(stopped.history).toHaveLength(2);
    const { result, told } = await trained({ ...job, resume: true });
    expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true });
    expect(told('stage').map(({ name }) => name)).toEqual(['head', 'top']);
    expect(result.history).toHaveLength(4);
    const whole = await trained(stagedJob([HEAD, TOP]));
    expect(computed(result.history)).toEqual(computed(whole.result.history));
  });

  it('keeps the best across all stages, says which never became better, and tests by the best', async () => {
    const still = stage('still', {
      rules: [{ action: 'thaw', pattern: 'conv_pw_13' }],
      learningRate: STILL,
      epochs: 1,
    });
    const job = stagedJob([HEAD, still], { dropout: 0 });
    const { result } = await trained(job);
    const { bestEpoch, warnings } = result;
    expect(bestEpoch).toBeLessThanOrEqual(2);
    expect(warnings.join()).toContain(`Stage 'still' never became better than epoch ${bestEpoch} of before`);
    const best = await readStateOf(path.dirname(await checkpointPrefix(job.runDirectory, 'best')));
    expect(best).toMatchObject({ epoch: bestEpoch, stage: 0 });
    const alone = await trained(stagedJob([HEAD], { dropout: 0 }));
    expect(result.testAccuracy).toBe(alone.result.testAccuracy);
    expect(alone.result.warnings.join()).not.toContain('never became better');
  });

  it.each(['best', 'last'] as const)('begins a stage with the %s weights', async (begins) => {
    const still = stage('still', { rules: [{ action: 'thaw', pattern: 'conv_pw_13' }], learningRate: STILL, begins });
    // A rate that makes the head worse from its first epoch on.
    const wild = stage('wild', { learningRate: 5, epochs: 4 });
    const { result, told } = await trained(stagedJob([wild, { ...still, epochs: 1 }], { dropout: 0 }));
    const epochs = told('epoch').slice(0, 4);
    const best = epochs.findLast((epoch) => epoch.best)?.metrics;
    const last = epochs.at(-1)?.metrics;
    expect(best?.val_loss).not.toBe(last?.val_loss);
    expect(result.history[4]?.val_loss).toBe((begins === 'best' ? best : last)?.val_loss);
  });

  it('is continued from an earlier stage without the weights that a later one began with', async () => {
    const wild = { ...TOP, learningRate: 1e3 };
    const job = stagedJob(
      [
        { ...HEAD, epochs: 1 },
        { ...wild, epochs: 1 },
      ],
      { introspectionInterval: 1 },
    );
    await trained(job);
    for (const [choice, stage, taken] of [
      ['best', 0, false],
      ['last', 1, true],
    ] as const) {
      const state = await readStateOf(path.dirname(await checkpointPrefix(job.runDirectory, choice)));
      expect(state.stage).toBe(stage);
      const to = path.join(root, `continued-${choice}`);
      mkdirSync(to);
      await takeOver(job.runDirectory, to, state.step);
      expect((await readTrainingState(to)).step).toBe(state.step);
      expect(existsSync(path.join(to, 'checkpoints', 'first'))).toBe(taken);
    }
  });

  it('ends each stage by its own early stopping and lets the next one begin', async () => {
    const patient = { monitor: 'val_loss', patience: 1 } as const;
    const still = { learningRate: STILL, epochs: 5, earlyStopping: patient };
    const { result, ended, messages } = await trained(
      stagedJob([stage('first', still), stage('second', still)], { dropout: 0 }),
    );
    expect(result).toMatchObject({ status: 'finished', stoppedEarly: true });
    expect(ended).toMatchObject([
      { stage: 0, lastEpoch: 2, bestEpoch: 1, ending: 'stoppedEarly' },
      { stage: 1, lastEpoch: 4, bestEpoch: 3, ending: 'stoppedEarly' },
    ]);
    const notes = messages.flatMap((message) => (message.kind === 'note' ? [message.text] : []));
    expect(notes.join('\n')).toContain("Stage 'second' ended after epoch 4 of 7");
  });

  it('counts schedule and warm-up in each stage', async () => {
    const falling = { epochs: 2, schedule: { kind: 'step', epochs: 1, factor: 0.5 }, learningRate: 0.01 } as const;
    const { result, told } = await trained(
      stagedJob([stage('one', falling), stage('two', { ...falling, learningRate: 0.02, warmupEpochs: 0.4 })]),
    );
    expect(result.history.map(({ learningRate }) => learningRate)).toEqual([0.01, 0.005, 0.02, 0.01]);
    const first = told('step').find(({ step }) => step === 2 * STEPS + 1);
    expect(first?.learningRate ?? 0.01).toBe(0.01);
  });

  it('goes on with other stages where those to come are changed, and not where they have begun', async () => {
    const job = stagedJob([HEAD, TOP, ALL]);
    const stages = new StageList(job.plan);
    const answers: boolean[] = [];
    const messages: TrainerMessage[] = [];
    const result = await runTraining(
      job,
      (message) => {
        messages.push(message);
        if (message.kind !== 'event' || message.body.kind !== 'epoch' || message.body.metrics.epoch !== 1) return;
        answers.push(stages.edit(0, [ALL]), stages.edit(3, [ALL, ALL]), stages.edit(1, [{ ...TOP, epochs: 1 }]));
      },
      never,
      undefined,
      stages,
    );
    expect(answers).toEqual([false, true, true]);
    expect(result.history.map(({ learningRate }) => learningRate)).toEqual([0.05, 0.05, 0.01]);
    expect(stages.plan).toMatchObject({ epochs: 3, stages: [{ name: 'head' }, { name: 'top', epochs: 1 }] });
    expect(stages.edit(2, [ALL])).toBe(false);
  });

  it('begins each stage with fresh slots: the first step of Adam is as long as the rate', async () => {
    const rate = 0.001;
    const bias = async (stages: readonly TrainingStage[]): Promise<Float32Array> => {
      const optimizer = { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
      const job = stagedJob(stages, { optimizer, batchSize: 24, dropout: 0 });
      await trained(job);
      const file = await openTensorFlowCheckpoint(await checkpointPrefix(job.runDirectory, 'last'));
      const values = file.read('logits/bias');
      file.close();
      return values;
    };
    const first = stage('first', { learningRate: 0.01, epochs: 6 });
    const before = await bias([first]);
    const after = await bias([first, stage('second', { learningRate: rate, epochs: 1, begins: 'last' })]);
    after.forEach((value, index) => {
      expect(Math.abs(value - (before[index] ?? NaN)) / rate).toBeCloseTo(1, 2);
    });
  });

  it('is in its only stage where its checkpoint is of before there were stages', async () => {
    const folder = path.join(root, 'of-before');
    mkdirSync(folder);
    const partial = { steps: 0, images: 0, lossSum: 0, hits: 0, seconds: 0 };
    const old = { schemaVersion: 1, epoch: 3, step: 15, partial, history: [], bestEpoch: 2 };
    writeFileSync(path.join(folder, 'state.json'), JSON.stringify(old));
    expect(await readStateOf(folder)).toEqual({
      ...old,
      schemaVersion: 2,
      stage: 0,
      stageBegan: 0,
      proved: [],
      baseline: null,
    });
  });
});
