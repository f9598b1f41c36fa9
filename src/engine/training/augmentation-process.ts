import { answerPreview, type PreviewJob } from './augmentation/preview.ts';

/** Entry of a process that is asked for previews of augmented images, and answers one after the other. */
let last: Promise<void> = Promise.resolve();
process.on('message', (job: PreviewJob) => {
  last = last.then(async () => void process.send?.(await answerPreview(job)));
});
// Whoever asked is gone, or needs no more.
process.once('disconnect', () => process.exit());
