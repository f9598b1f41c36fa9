import { expect, it } from 'vitest';
import type { LearningTask } from '../../../src/shared/contract/learning-task.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import { taskNetwork } from '../../../src/engine/network/task-network.ts';
import { beginsWithHead } from '../../../src/engine/training/first-evaluation.ts';

it.each<{ task: LearningTask }>([
  { task: { kind: 'classify' } },
  { task: { kind: 'autoencoder', layerwise: false, noise: 0 } },
  { task: { kind: 'rotation' } },
])('what a run begins with may be its best where all above the network was loaded: $task.kind', ({ task }) => {
  const design = { task, classes: 2, dropout: 0, head: 'softmax' } as const;
  const network = taskNetwork(findNetwork('mobilenet_v1_0.25_32').build(), design);
  const tensors = networkTensors(network);
  const begins = (names: readonly string[]): boolean => {
    const none = { newlyInitialised: [], missing: [], skippedByShape: [], unexpected: [] };
    const report = { ...none, loaded: [...names], source: '', format: '', sha256: '' };
    return beginsWithHead({ headWeights: null }, { loadReport: report, network });
  };
  const below = tensors.filter(({ layer }) => network.pretrained.has(layer)).map(({ name }) => name);
  expect(begins(tensors.map(({ name }) => name))).toBe(true);
  expect(begins(below)).toBe(false);
});
