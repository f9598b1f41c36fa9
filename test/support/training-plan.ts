import type { TrainingPlan } from '../../src/shared/contract/plan.ts';

/** A complete plan that names nothing outside Thaw. */
export function samplePlan(changes: Partial<TrainingPlan> = {}): TrainingPlan {
  return {
    schemaVersion: 6,
    dataset: { kind: 'sample' },
    network: 'mobilenet_v1_0.25_96',
    weights: { kind: 'shipped' },
    strategy: 'features',
    rules: [],
    epochs: 3,
    batchSize: 32,
    evaluationBatchSize: 64,
    optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: false },
    weightDecay: 0,
    l1: 0,
    gradientClipping: null,
    loss: 'crossEntropy',
    labelSmoothing: 0,
    classWeights: null,
    sampling: 'natural',
    schedule: { kind: 'constant' },
    warmupEpochs: 0,
    learningRateRules: [],
    head: 'softmax',
    newHead: false,
    augmentation: null,
    earlyStopping: null,
    precision: { frozen: 'float32', trainable: 'float32' },
    device: 'auto',
    introspectionInterval: 0,
    dropout: 0,
    seed: 42,
    validationShare: 0.2,
    ...changes,
  };
}
