import path from 'node:path';
import type { PredictJob, PredictorMessage } from '../../../src/engine/training/protocol.ts';

/**
 * A process that speaks the predictor's side of the protocol without TensorFlow. Its one class is named for itself, so that
 * a test sees who answered; an image called `die` ends it, one called `fail` is refused.
 */
process.on('message', (job: PredictJob) => {
  const names = job.images.map((image) => path.basename(image, path.extname(image)));
  if (names.includes('die')) process.exit(3);
  const message: PredictorMessage = names.includes('fail')
    ? { kind: 'failed', error: { code: 'training.checkpoint', message: 'No such checkpoint.', hint: 'Train again.' } }
    : {
        kind: 'predictions',
        predictions: job.images.map((image) => ({
          path: image,
          classes: [{ name: `process ${process.pid}`, probability: 1 }],
          problem: null,
        })),
      };
  process.send?.(message);
});
process.once('disconnect', () => process.exit());
