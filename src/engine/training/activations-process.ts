import { answerActivations, type ActivationsJob } from './activations.ts';

/** Entry of a process that is asked for the activations of one layer, answers, and ends. */
process.once('message', (job: ActivationsJob) => {
  void answerActivations(job).then((message) => process.send?.(message, undefined, undefined, () => process.exit()));
});
// Whoever asked is gone.
process.once('disconnect', () => process.exit());
