import type { Bench } from './bench.ts';
import { compareSteps } from './step-comparison.ts';

const BATCH = 16;
const NETWORK = 'resnet50_224';
/** An epoch of 128 images. */
const STEPS = 8;

/** An epoch of a new head: on features that were computed once, and with the frozen base run again as Keras does. */
export const cachedEpoch: Bench = {
  name: 'cached-epoch',
  description:
    'images a second of an epoch of a new head on ResNet50, its features cached, against Keras running the base',
  async run(context) {
    const args = ['--network', 'resnet50', '--size', '224', '--batch', String(BATCH), '--part', 'head'];
    const peers = [{ name: 'keras', script: 'keras_train_step.py', args, target: 50 }];
    const comparison = { bench: 'cached-epoch', network: NETWORK, child: 'train-step.ts', childArgs: ['head'], peers };
    return compareSteps({ ...comparison, batch: BATCH, steps: STEPS, warmUpSteps: 2, comparedMemory: null }, context);
  },
};
