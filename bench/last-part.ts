import type { Bench, BenchResult } from './bench.ts';
import { compareSteps } from './step-comparison.ts';

const BATCH = 16;
const WARM_UP_STEPS = 2;
const NETWORKS = [
  { name: 'mobilenet_v1_1.0_224', peer: 'mobilenet_v1', steps: 5 },
  { name: 'resnet50_224', peer: 'resnet50', steps: 2 },
] as const;
const PEERS = [
  { name: 'keras', script: 'keras_train_step.py', target: 1.2 },
  { name: 'pytorch', script: 'torch_train_step.py', target: 1.2 },
] as const;

/** A step that trains the last block of MobileNet v1, or the last stage of ResNet50, on images that change each time. */
export const lastPart: Bench = {
  name: 'last-part',
  description: 'images a second of a step that trains the last part of a network over a frozen one that nobody caches',
  async run(context) {
    const results: BenchResult[] = [];
    for (const { name, peer: network, steps } of NETWORKS) {
      const args = ['--network', network, '--size', '224', '--batch', String(BATCH), '--part', 'last'];
      const comparison = {
        bench: 'last-part',
        network: name,
        child: 'train-step.ts',
        childArgs: ['last'],
        batch: BATCH,
      };
      const peers = PEERS.map((peer) => ({ ...peer, args }));
      results.push(
        ...(await compareSteps(
          { ...comparison, steps, peers, warmUpSteps: WARM_UP_STEPS, comparedMemory: null },
          context,
        )),
      );
    }
    return results;
  },
};
