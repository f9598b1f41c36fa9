/** `train-step.ts NETWORK BATCH`: Thaw's training step, everything trainable, fed with pixels as a run feeds them. */
import { answerSteps } from './answer-steps.ts';
import { CLASSES, loadProgram } from './load-program.ts';

const [network = '', batchText = ''] = process.argv.slice(2);
const batch = Number(batchText);
const { session, images } = loadProgram(network, batch, 'finetune', {
  ...{ kind: 'sgd', learningRate: 0.001, momentum: 0.9, nesterov: false },
});
const feeds = {
  images,
  labels: { data: Int32Array.from({ length: batch }, (_, index) => index % CLASSES), shape: [batch] },
  learning_rate: { data: Float32Array.of(0.001), shape: [] },
  dropout_seed: { data: Int32Array.of(1, 1), shape: [2] },
};
await answerSteps('Thaw', () => {
  const { loss } = session.run('train', feeds);
  if (!Number.isFinite(loss?.data[0])) throw new TypeError('The measured step gave no finite loss.');
});
