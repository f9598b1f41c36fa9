import type { Bench, BenchResult } from './bench.ts';
import { compareSteps } from './step-comparison.ts';

const WARM_UP_STEPS = 2;
/** Each with the name that it has in the peers' scripts, and as many batches as take a few seconds. */
const NETWORKS = [
  { name: 'mobilenet_v1_0.25_224', peer: 'mobilenet_v1_0.25', size: 224, batch: 16, steps: 20 },
  { name: 'mobilenet_v1_1.0_224', peer: 'mobilenet_v1', size: 224, batch: 16, steps: 5 },
  { name: 'mobilenet_v2_1.0_224', peer: 'mobilenet_v2', size: 224, batch: 16, steps: 4 },
  { name: 'resnet50_224', peer: 'resnet50', size: 224, batch: 16, steps: 1 },
  { name: 'inception_v3_299', peer: 'inception_v3', size: 299, batch: 16, steps: 1 },
  { name: 'vgg16_224', peer: 'vgg16', size: 224, batch: 8, steps: 1 },
] as const;
/** Keras 3 is what its users run; Keras 2 is often the faster. */
const PEERS = [
  { name: 'keras-3', script: 'keras_train_step.py', args: ['--keras', '3'], target: 1 },
  { name: 'keras-2', script: 'keras_train_step.py', args: ['--keras', '2'], target: 1 },
  { name: 'pytorch', script: 'torch_train_step.py', args: [], target: 1 },
] as const;

/** A step that trains every layer. */
export const trainStep: Bench = {
  name: 'train-step',
  description: 'images a second and peak memory of a step that trains every layer, against train_on_batch and PyTorch',
  async run(context) {
    const results: BenchResult[] = [];
    for (const { name, peer: network, size, batch, steps } of NETWORKS) {
      const args = ['--network', network, '--size', String(size), '--batch', String(batch)];
      const peers = PEERS.map((peer) => ({ ...peer, args: [...args, ...peer.args] }));
      const comparison = {
        bench: 'train-step',
        network: name,
        child: 'train-step.ts',
        childArgs: ['all'],
        batch,
        steps,
      };
      results.push(
        ...(await compareSteps(
          { ...comparison, peers, warmUpSteps: WARM_UP_STEPS, comparedMemory: 'process' },
          context,
        )),
      );
    }
    return results;
  },
};
