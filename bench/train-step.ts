import type { Bench, BenchResult } from './bench.ts';
import { compareSteps } from './step-comparison.ts';

const BATCH = 16;
const WARM_UP_STEPS = 5;
const NETWORKS = [
  { name: 'mobilenet_v1_0.25_224', width: '0.25', steps: 20 },
  { name: 'mobilenet_v1_1.0_224', width: '1.0', steps: 5 },
] as const;
/** Keras 3 is what its users run; Keras 2 is often the faster. PyTorch stands by for comparison. */
const PEERS = [
  { name: 'keras-3', script: 'keras_train_step.py', args: ['--keras', '3'], target: 1 },
  { name: 'keras-2', script: 'keras_train_step.py', args: ['--keras', '2'], target: 1 },
  { name: 'pytorch', script: 'torch_train_step.py', args: [], target: null },
] as const;

/** A step that trains every layer, batch 16, 224 x 224. */
export const trainStep: Bench = {
  name: 'train-step',
  description: 'images a second and peak memory of a step that trains every layer, against train_on_batch and PyTorch',
  async run(context) {
    const results: BenchResult[] = [];
    for (const { name, width, steps } of NETWORKS) {
      const peers = PEERS.map((peer) => ({
        ...peer,
        args: ['--width', width, '--batch', String(BATCH), ...peer.args],
      }));
      const comparison = { bench: 'train-step', network: name, child: 'train-step.ts', batch: BATCH, steps, peers };
      results.push(
        ...(await compareSteps({ ...comparison, warmUpSteps: WARM_UP_STEPS, comparesMemory: true }, context)),
      );
    }
    return results;
  },
};
