import { serialized } from '../serialized-error.ts';
import { evaluateCheckpoint } from './evaluate-checkpoint.ts';
import type { EvaluationJob, EvaluatorMessage } from './evaluator-protocol.ts';

/** Entry of the process that evaluates a checkpoint: one job over the fork's channel, one answer. */
const stop = new AbortController();

/** Waits until the channel has taken the message, so that ending the process does not lose it. */
async function send(message: EvaluatorMessage): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()) ?? resolve());
}

process.once('message', (job: EvaluationJob) => {
  void evaluateCheckpoint(
    job,
    stop.signal,
    (done, total, detail) => void send({ kind: 'progress', done, total, detail }),
  )
    .then((answer) => send({ kind: 'answered', answer }))
    .catch((error: unknown) => send({ kind: 'failed', error: serialized(error, 'Evaluating') }))
    // Asked to end itself, it would first let TensorFlow tidy up.
    .then(() => process.exit());
});
// Whoever asked is gone, and needs no answer.
process.once('disconnect', () => stop.abort());
