import { answerExplain, type ExplainJob } from './explain/answer.ts';

/** Entry of a process that is asked what a checkpoint looks at, and answers one after the other. */
let last: Promise<void> = Promise.resolve();
process.on('message', (job: ExplainJob) => {
  last = last.then(async () => void process.send?.(await answerExplain(job)));
});
// Whoever asked is gone, or needs no more.
process.once('disconnect', () => process.exit());
