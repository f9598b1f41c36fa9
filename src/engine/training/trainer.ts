import { Pause } from './pause.ts';
import type { TrainerMessage, TrainerRequest } from './protocol.ts';
import { runTraining } from './run-training.ts';
import { StageList } from './stage-list.ts';
import { serialized } from './serialized-error.ts';

/**
 * Entry of the trainer process: takes one job over the fork's channel, answers with messages, ends. When the channel
 * closes, whoever wanted the run is gone: it stops after the step and leaves a checkpoint.
 */
const stop = new AbortController();
const pause = new Pause();
let stages: StageList | null = null;

function send(message: TrainerMessage): void {
  if (process.connected) process.send?.(message);
}

/** Waits until the channel has taken the message, so that ending the process does not lose it. */
async function sendLast(message: TrainerMessage): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()) ?? resolve());
}

async function train(request: TrainerRequest & { readonly kind: 'train' }): Promise<void> {
  stages = new StageList(request.job.plan);
  try {
    await sendLast({ kind: 'ended', result: await runTraining(request.job, send, stop.signal, pause, stages) });
  } catch (error) {
    await sendLast({ kind: 'failed', error: serialized(error, 'Training') });
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
}

process.on('message', (message: TrainerRequest) => {
  switch (message.kind) {
    case 'train':
      void train(message);
      return;
    case 'stages':
      send({ kind: 'stagesEdited', plan: stages?.edit(message.from, message.stages) === true ? stages.plan : null });
      return;
    case 'pause':
      pause.request();
      return;
    case 'continue':
      pause.release();
      return;
    case 'stop':
      stop.abort();
  }
});
process.on('disconnect', () => stop.abort());
// The terminal sends Ctrl+C to the whole group; stopping is the engine's to ask for, over the channel.
process.on('SIGINT', () => undefined);
