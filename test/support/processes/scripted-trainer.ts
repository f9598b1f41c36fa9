import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunResult } from '../../../src/shared/contract/run.ts';
import type { TrainerJob, TrainerMessage, TrainerRequest } from '../../../src/engine/training/protocol.ts';

/**
 * A process that speaks the trainer's side of the protocol without training, and ends in the way that
 * THAW_TEST_TRAINER names: what the supervision does with each of them is the test's matter.
 */
const ending = process.env['THAW_TEST_TRAINER'] ?? 'finish';

function send(message: TrainerMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
}

function result(status: RunResult['status']): Omit<RunResult, 'runId'> {
  return {
    status,
    baseline: null,
    history: [],
    bestEpoch: 1,
    bestValAccuracy: 0.75,
    finalValAccuracy: 0.75,
    testAccuracy: null,
    stoppedEarly: false,
    parameters: { trainable: 2, frozen: 1 },
    frozenUnchanged: true,
    frozenTensors: 1,
    weights: null,
    dataset: null,
    timings: { total: 1 },
    imagesPerSecond: 10,
    peakMemoryBytes: 1000,
    warnings: ['one image is small'],
    error: null,
  };
}

async function begin(job: TrainerJob): Promise<void> {
  const dataset = { root: '/', classes: ['a', 'b'], train: 2, validation: 2, test: 0, version: 'v', skipped: [] };
  await send({
    kind: 'prepared',
    prepared: {
      dataset,
      loadReport: null,
      layers: [],
      parameters: { trainable: 2, frozen: 1 },
      tensorflow: '2',
      device: 'CPU',
    },
  });
  await send({ kind: 'event', body: { kind: 'warning', message: 'one image is small' } });
  const first = job.resume ? 3 : 1;
  for (let step = first; step < first + 2; step++) {
    await send({
      kind: 'event',
      body: {
        kind: 'step',
        epoch: job.resume ? 2 : 1,
        step,
        loss: 1 / step,
        accuracy: 0.5,
        learningRate: 0.01,
        memoryBytes: 1000,
      },
    });
  }
  const metrics = { loss: 0.5, accuracy: 0.5, val_loss: 0.5, val_accuracy: 0.75, learningRate: 0.01, seconds: 0.1 };
  await send({
    kind: 'event',
    body: { kind: 'epoch', metrics: { epoch: job.resume ? 2 : 1, ...metrics }, best: true },
  });
  const checkpoints = path.join(job.runDirectory, 'checkpoints');
  mkdirSync(path.join(checkpoints, 'step-00000002'), { recursive: true });
  const index = { schemaVersion: 1, last: 'step-00000002', best: 'step-00000002' };
  writeFileSync(path.join(checkpoints, 'index.json'), JSON.stringify(index));
  for (const kind of ['last', 'best'] as const) {
    await send({
      kind: 'checkpoint',
      checkpoint: { kind, epoch: 1, step: 2, path: 'checkpoints/step-00000002', bytes: 1 },
    });
  }
}

async function end(job: TrainerJob): Promise<void> {
  switch (ending) {
    case 'crash-at-start':
      process.stderr.write('libtensorflow: cannot open shared object file\n');
      process.exit(3);
      break;
    case 'fail':
      await begin(job);
      await send({
        kind: 'failed',
        error: { code: 'training.diverged', message: 'The loss is NaN.', hint: 'Lower it.' },
      });
      process.disconnect();
      break;
    case 'refuse':
      await send({
        kind: 'failed',
        error: { code: 'memory.full', message: 'The batch does not fit.', hint: 'Try --batch 2.' },
      });
      process.disconnect();
      break;
    case 'killed':
      await begin(job);
      process.kill(process.pid, 'SIGKILL');
      break;
    case 'out-of-memory':
    case 'bad-alloc':
      await send({
        kind: 'memory',
        memory: {
          batchSize: 64,
          evaluationBatchSize: 64,
          neededBytes: ending === 'bad-alloc' ? 1e9 : 7.9e9,
          totalBytes: 8e9,
          freeBytes: 6e9,
          advisedBatch: ending === 'bad-alloc' ? null : 16,
        },
      });
      await begin(job);
      if (ending === 'out-of-memory') process.kill(process.pid, 'SIGKILL');
      process.stderr.write("terminate called after throwing an instance of 'std::bad_alloc'\n", () => process.abort());
      break;
    case 'wrong-proof':
      await send({ kind: 'proof', proof: [{ tensor: 'a/kernel', before: 'no hash', after: 'no hash' }] });
      break;
    case 'until-stopped':
    case 'deaf':
      await begin(job);
      setInterval(() => undefined, 1000);
      break;
    case 'stopped-early':
      await begin(job);
      await send({ kind: 'note', text: 'val_loss has not become better' });
      await send({ kind: 'ended', result: { ...result('finished'), stoppedEarly: true } });
      process.disconnect();
      break;
    case 'linger':
      await send({ kind: 'ended', result: result('finished') });
      setInterval(() => undefined, 1000);
      break;
    default:
      await begin(job);
      await send({ kind: 'proof', proof: [{ tensor: 'a/kernel', before: '0'.repeat(64), after: '0'.repeat(64) }] });
      await send({ kind: 'ended', result: result('finished') });
      process.disconnect();
  }
}

async function stop(): Promise<void> {
  if (ending === 'deaf') return;
  await send({ kind: 'ended', result: result('stopped') });
  process.disconnect();
}

process.on('message', (request: TrainerRequest) => {
  switch (request.kind) {
    case 'train':
      void end(request.job);
      return;
    case 'pause':
      void send({ kind: 'paused' });
      return;
    case 'continue':
      void send({ kind: 'continued' });
      return;
    case 'stages':
      return;
    case 'stop':
      void stop();
  }
});
process.on('disconnect', () => process.exit());
