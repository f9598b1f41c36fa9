import { checkClassifier, type ClassifierJob } from './published-classifier.ts';
import { serialized } from './serialized-error.ts';

/** Entry of a process that shows images to a network with a file's weights, answers, and ends. */
process.once('message', (job: ClassifierJob) => {
  void checkClassifier(job)
    .then((answer) => ({ kind: 'answered', answer }))
    .catch((error: unknown) => ({ kind: 'failed', error: serialized(error, 'Checking weights') }))
    .then((message) => process.send?.(message, undefined, undefined, () => process.exit()));
});
// Whoever asked is gone.
process.once('disconnect', () => process.exit());
