import { answerPreview, type PreviewJob } from './augmentation/preview.ts';

/** Entry of a process that is asked for one preview of augmented images, answers, and ends. */
process.once('message', (job: PreviewJob) => {
  void answerPreview(job).then((message) => process.send?.(message, undefined, undefined, () => process.exit()));
});
// Whoever asked is gone.
process.once('disconnect', () => process.exit());
