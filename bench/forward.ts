import type { Bench, BenchResult } from './bench.ts';
import { compareSteps } from './step-comparison.ts';

const BATCH = 16;
const WARM_UP_STEPS = 2;
/** Each with the name that its family has in the peers' scripts, and as many batches as take a second or two. */
const NETWORKS = [
  { name: 'mobilenet_v1_1.0_224', family: 'mobilenet_v1', size: 224, steps: 8 },
  { name: 'mobilenet_v2_1.0_224', family: 'mobilenet_v2', size: 224, steps: 8 },
  { name: 'resnet50_224', family: 'resnet50', size: 224, steps: 2 },
  { name: 'inception_v3_299', family: 'inception_v3', size: 299, steps: 2 },
  { name: 'vgg16_224', family: 'vgg16', size: 224, steps: 1 },
] as const;
const PEERS = [
  { name: 'keras', script: 'keras_forward.py', target: 1 },
  { name: 'pytorch', script: 'torch_forward.py', target: 1 },
] as const;

/** A batch through a network that does not learn, with random weights and a head over its mean features. */
export const forward: Bench = {
  name: 'forward',
  description:
    'images a second through five networks, float32, against a compiled Keras model and PyTorch channels_last',
  async run(context) {
    const results: BenchResult[] = [];
    for (const { name, family, size, steps } of NETWORKS) {
      const args = ['--network', family, '--size', String(size), '--batch', String(BATCH)];
      const peers = PEERS.map((peer) => ({ ...peer, args }));
      const comparison = { bench: 'forward', network: name, child: 'forward.ts', batch: BATCH, steps, peers };
      results.push(
        ...(await compareSteps({ ...comparison, warmUpSteps: WARM_UP_STEPS, comparedMemory: null }, context)),
      );
    }
    return results;
  },
};
