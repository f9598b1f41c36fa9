import type { RunDetail } from '../../src/shared/contract/run.ts';
import { epochMetrics } from './epoch-metrics.ts';
import { samplePlan } from './training-plan.ts';

/** All that a log may know of a run; what a test does not name is of one that finished well. */
export function finishedRun(changes: Partial<RunDetail> = {}): RunDetail {
  return {
    summary: {
      runId: '20261125-120000-abcd',
      name: 'a run',
      status: 'finished',
      createdAt: Date.UTC(2026, 10, 25, 12),
      endedAt: Date.UTC(2026, 10, 25, 12, 0, 18),
      network: 'mobilenet_v1_0.25_96',
      strategy: 'features',
      dataset: 'bees',
      epochs: 3,
      epochsDone: 3,
      bestValAccuracy: 0.902,
    },
    plan: samplePlan(),
    result: {
      runId: '20261125-120000-abcd',
      status: 'finished',
      baseline: null,
      history: [1, 2, 3].map((epoch) => epochMetrics(epoch)),
      bestEpoch: 2,
      stoppedEarly: false,
      bestValAccuracy: 0.902,
      finalValAccuracy: 0.89,
      testAccuracy: 0.88,
      parameters: { trainable: 514, frozen: 218_544 },
      frozenUnchanged: true,
      frozenTensors: 2,
      weights: { loaded: 2, skippedByShape: 0, missing: 0, newlyInitialised: 2, unexpected: 0 },
      dataset: {
        root: '/photos/bees',
        classes: ['ants', 'bees'],
        train: 397,
        validation: 153,
        test: 50,
        version: 'f00',
        skipped: [],
      },
      timings: { train: 9, total: 17, proof: 0.01 },
      imagesPerSecond: 212,
      peakMemoryBytes: 1.9e9,
      warnings: [],
      error: null,
    },
    loadReport: null,
    layers: [],
    proof: [
      { tensor: 'conv1/kernel', before: 'aa', after: 'aa' },
      { tensor: 'conv1_bn/gamma', before: 'bb', after: 'bb' },
    ],
    stages: [],
    environment: {
      thaw: '0.1.0',
      node: '24.0.0',
      tensorflow: '2.21.0',
      tensorflowOrigin: 'wheel',
      device: 'CPU',
      cpu: 'A processor',
      cores: 2,
      os: 'Linux',
    },
    parentRunId: null,
    organisation: { starred: false, tags: [], note: '', archivedAt: null, trashedAt: null, group: null },
    ...changes,
  };
}
