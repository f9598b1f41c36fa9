import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** A process that answers as it is asked to. */
export type ScriptedJob =
  | { readonly kind: 'answer' }
  | { readonly kind: 'fail' }
  | { readonly kind: 'die' }
  /** Answers once that file is there. */
  | { readonly kind: 'await'; readonly file: string };

let last: Promise<void> = Promise.resolve();

async function answer(job: ScriptedJob): Promise<void> {
  if (job.kind === 'die') process.exit(7);
  while (job.kind === 'await' && !existsSync(job.file)) await setTimeout(5);
  if (job.kind === 'fail') {
    process.send?.({ kind: 'failed', error: { code: 'image.unreadable', message: 'No.', hint: 'None.' } });
  } else {
    process.send?.({ kind: 'answered', answer: { pid: process.pid, job } });
  }
}

process.on('message', (job: ScriptedJob) => {
  last = last.then(() => answer(job));
});
process.once('disconnect', () => process.exit());
