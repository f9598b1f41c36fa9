import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunEventBody } from '../../../src/shared/contract/event.ts';
import type { RunResult } from '../../../src/shared/contract/run.ts';
import { Pause } from '../../../src/engine/training/pause.ts';
import type { TrainerJob, TrainerMessage } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { computed, never, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
const PLAN = { epochs: 2, dropout: 0.25 } as const;
const HELD_MILLISECONDS = 1500;
let dataset = '';
let whole: Omit<RunResult, 'runId'>;
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 6 });
  whole = await runTraining(job(), () => undefined, never);
});

function job(resumed?: TrainerJob): TrainerJob {
  return trainingJob(root, dataset, PLAN, resumed);
}

/** The step of the last checkpoint of a run. */
function writtenStep(runDirectory: string): number {
  const file = path.join(runDirectory, 'checkpoints/index.json');
  const index = JSON.parse(readFileSync(file, 'utf8')) as { last: string };
  return Number(index.last.replace('step-', ''));
}

interface Held {
  readonly result: Omit<RunResult, 'runId'>;
  readonly messages: readonly TrainerMessage[];
  /** What was told while it held. */
  readonly whileHeld: readonly TrainerMessage[];
  readonly stepOfCheckpoint: number;
}

/** Pauses a run once it has told something, and does something once it holds. */
async function hold(
  trainerJob: TrainerJob,
  when: (body: RunEventBody) => boolean,
  then: (pause: Pause, stop: AbortController) => Promise<void> | void,
): Promise<Held> {
  const pause = new Pause();
  const stop = new AbortController();
  const messages: TrainerMessage[] = [];
  let isHeld = false;
  const whileHeld: TrainerMessage[] = [];
  let stepOfCheckpoint = -1;
  let asked = false;
  const listen = (message: TrainerMessage): void => {
    messages.push(message);
    if (message.kind === 'continued') isHeld = false;
    if (isHeld) whileHeld.push(message);
    if (message.kind === 'paused') {
      isHeld = true;
      stepOfCheckpoint = writtenStep(trainerJob.runDirectory);
      void then(pause, stop);
    }
    if (!asked && message.kind === 'event' && when(message.body)) {
      asked = true;
      pause.request();
    }
  };
  const result = await runTraining(trainerJob, listen, stop.signal, pause);
  return { result, messages, whileHeld, stepOfCheckpoint };
}

async function goOn(pause: Pause): Promise<void> {
  await sleep(HELD_MILLISECONDS);
  pause.release();
}

const isDecoding =
  (image: 'first' | 'last') =>
  (body: RunEventBody): boolean =>
    body.kind === 'progress' && body.phase === 'decode' && body.done < body.total === (image === 'first');

const atStep = (step: number) => (body: RunEventBody) => body.kind === 'step' && body.step === step;

describe('a run that is paused', () => {
  it.each([
    ['in mid-epoch', atStep(1), 1],
    // The last step of an epoch: it holds before the validation.
    ['between training and validation', atStep(5), 5],
    ['between two epochs', (body: RunEventBody) => body.kind === 'epoch', 5],
    ['before its first step', isDecoding('last'), 0],
    ['while images are decoded', isDecoding('first'), 0],
  ] as const)('%s goes on exactly as one that never was, without counting the time', async (_, when, step) => {
    const trainerJob = job();
    const { result, messages, whileHeld, stepOfCheckpoint } = await hold(trainerJob, when, goOn);
    expect(messages.filter(({ kind }) => kind === 'paused' || kind === 'continued')).toHaveLength(2);
    expect(whileHeld).toEqual([]);
    expect(stepOfCheckpoint).toBe(step);
    expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true });
    expect(computed(result.history)).toEqual(computed(whole.history));
    const held = HELD_MILLISECONDS / 1000;
    expect(result.timings['paused']).toBeGreaterThan(held - 0.1);
    const { train = NaN, evaluate = NaN, checkpoint = NaN, total = NaN } = result.timings;
    expect(total - (result.timings['paused'] ?? NaN)).toBeGreaterThan(0);
    expect(train + evaluate + checkpoint).toBeLessThan(total - held + 0.1);
    const seconds = result.history.reduce((sum, epoch) => sum + epoch.seconds, 0);
    expect(seconds).toBeLessThan(train + 0.1);
    expect(result.imagesPerSecond).toBeCloseTo((24 * 2) / seconds, 3);
  });

  it('stops when it is told to, and is resumed to the same end', async () => {
    const trainerJob = job();
    const { result } = await hold(trainerJob, atStep(1), (_, stop) => stop.abort());
    expect(result.status).toBe('stopped');
    expect(writtenStep(trainerJob.runDirectory)).toBe(1);
    const resumed = await runTraining(job(trainerJob), () => undefined, never);
    expect(resumed.status).toBe('finished');
    expect(computed(resumed.history)).toEqual(computed(whole.history));
  });

  it('stops before its first step too, and leaves a checkpoint', async () => {
    const trainerJob = job();
    const { result } = await hold(trainerJob, isDecoding('last'), (_, stop) => stop.abort());
    expect(result).toMatchObject({ status: 'stopped', history: [], imagesPerSecond: null });
    const resumed = await runTraining(job(trainerJob), () => undefined, never);
    expect(computed(resumed.history)).toEqual(computed(whole.history));
  });

  it('while features are computed goes on, or stops and is resumed, and gives the same', async () => {
    const changes = { ...PLAN, strategy: 'features', seed: 5 } as const;
    const isComputing = (body: RunEventBody): boolean => body.kind === 'progress' && body.phase === 'features';
    const own = (name: string, resumed?: TrainerJob): TrainerJob => ({
      ...trainingJob(root, dataset, changes, resumed),
      cacheDirectory: path.join(root, name),
    });
    const plain = await runTraining(own('plain'), () => undefined, never);
    const held = await hold(own('held'), isComputing, goOn);
    expect(held).toMatchObject({ whileHeld: [], stepOfCheckpoint: 0, result: { status: 'finished' } });
    expect(computed(held.result.history)).toEqual(computed(plain.history));
    const { features = NaN, paused = NaN, total = NaN } = held.result.timings;
    expect(features).toBeLessThan(total - paused);

    const cut = own('cut');
    const stopped = await hold(cut, isComputing, (_, stop) => stop.abort());
    expect(stopped.result).toMatchObject({ status: 'stopped', history: [] });
    const resumed = await runTraining(own('cut', cut), () => undefined, never);
    expect(computed(resumed.history)).toEqual(computed(plain.history));
  });

  it('and continued before it could hold never holds', async () => {
    const pause = new Pause();
    const messages: TrainerMessage[] = [];
    pause.request();
    pause.release();
    const trainerJob = job();
    await runTraining(trainerJob, (message) => messages.push(message), never, pause);
    expect(messages.map(({ kind }) => kind)).not.toContain('paused');
    expect(existsSync(path.join(trainerJob.runDirectory, 'checkpoints/index.json'))).toBe(true);
  });
});
