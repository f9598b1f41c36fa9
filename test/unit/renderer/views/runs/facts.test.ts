import { describe, expect, it } from 'vitest';
import { environmentFacts, factsText, planFacts, resultFacts } from '../../../../../src/renderer/views/runs/facts.ts';
import { runOutcome, runSentence } from '../../../../../src/renderer/views/runs/run-sentence.ts';
import { FOREIGN_NETWORK, type RunDetail } from '../../../../../src/shared/contract/run.ts';
import { finishedRun } from '../../../../support/run-detail.ts';
import { PRESET_VALUES } from '../../../../../src/shared/contract/augmentation.ts';
import type { TrainingPlan } from '../../../../../src/shared/contract/plan.ts';
import { samplePlan } from '../../../../support/training-plan.ts';

const valueOf = (facts: readonly { name: string; value: string }[], name: string): string | undefined =>
  facts.find((fact) => fact.name === name)?.value;

describe('the facts of a run', () => {
  it('tell figures with their units', () => {
    const facts = resultFacts(finishedRun());
    expect(valueOf(facts, 'Best validation accuracy')).toBe('90.2 % at epoch 2');
    expect(valueOf(facts, 'Test accuracy')).toBe('88.0 % at the best epoch');
    expect(valueOf(facts, 'Parameters')).toBe('514 trainable · 218,544 frozen');
    expect(valueOf(facts, 'Frozen tensors')).toBe('2 of 2 unchanged, bit for bit ✓');
    expect(valueOf(facts, 'Images')).toBe('397 train · 153 validation · 50 test');
    expect(valueOf(facts, 'Throughput')).toBe('212 images/s in the training part');
    expect(valueOf(facts, 'Peak memory')).toBe('1.9 GB');
    expect(valueOf(facts, 'Time')).toBe('in all 17 s · train 9.0 s');
  });

  it('have no line for what is not known', () => {
    const { result } = finishedRun();
    const unknown = { bestValAccuracy: null, finalValAccuracy: null, testAccuracy: null, parameters: null } as const;
    const none = { frozenUnchanged: null, dataset: null, imagesPerSecond: null, peakMemoryBytes: null, timings: {} };
    const facts = resultFacts(finishedRun({ result: { ...result, ...unknown, ...none } }));
    expect(facts.map(({ name }) => name)).toEqual(['Created', 'Id']);
  });

  it('tell a frozen tensor that changed', () => {
    const { result, proof } = finishedRun();
    const broken = proof.map((one, index) => (index === 0 ? { ...one, after: 'other' } : one));
    const facts = resultFacts(finishedRun({ result: { ...result, frozenUnchanged: false }, proof: broken }));
    expect(valueOf(facts, 'Frozen tensors')).toBe('1 of 2 changed ✗');
  });

  it('tell everything that decided the run', () => {
    const facts = planFacts(
      samplePlan({
        weights: { kind: 'run', runId: 'abc' },
        rules: [
          { action: 'thaw', pattern: 'last:2' },
          { action: 'freezeStatistics', pattern: 'bn' },
        ],
        optimizer: { kind: 'sgd', learningRate: 0.0001, momentum: 0.9, nesterov: true },
        augmentation: { ...PRESET_VALUES.light, variants: 4 },
        sampling: 'balanced',
        earlyStopping: { monitor: 'val_loss', patience: 1 },
      }),
    );
    expect(valueOf(facts, 'Weights')).toBe('best of run abc');
    expect(valueOf(facts, 'Rules')).toBe('thaw last:2; freeze statistics of bn');
    expect(valueOf(facts, 'Optimizer')).toBe('SGD, momentum 0.9, Nesterov');
    expect(valueOf(facts, 'Learning rate')).toBe('1.000e-4');
    expect(valueOf(facts, 'Augmentation')).toBe(
      'cut to 0.7 to 1 of the area, ratio 0.75 to 1.333, mirrored at random, brightness ± 0.1, contrast ± 0.1; 4 variants of each image computed once',
    );
    expect(valueOf(facts, 'Sampling')).toBe('each class equally often');
    expect(valueOf(facts, 'Early stopping')).toBe('val_loss without gain for 1 epoch');
  });

  it.each<[TrainingPlan['optimizer'], string]>([
    [{ kind: 'adamw', learningRate: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }, 'AdamW, β₁ 0.9, β₂ 0.999, ε 1e-7'],
    [
      { kind: 'rmsprop', learningRate: 1, rho: 0.9, momentum: 0.5, epsilon: 1e-7, centered: true },
      'RMSprop, ρ 0.9, momentum 0.5, ε 1e-7, centered',
    ],
    [
      { kind: 'adagrad', learningRate: 1, initialAccumulator: 0.1, epsilon: 1e-7 },
      'Adagrad, accumulator from 0.1, ε 1e-7',
    ],
    [{ kind: 'adadelta', learningRate: 1, rho: 0.95, epsilon: 1e-7 }, 'Adadelta, ρ 0.95, ε 1e-7'],
  ])('tell an optimizer by what it has: %j', (optimizer, words) => {
    expect(valueOf(planFacts(samplePlan({ optimizer })), 'Optimizer')).toBe(words);
  });

  it('tell weight decay and clipping', () => {
    const facts = planFacts(samplePlan({ weightDecay: 0.01, gradientClipping: { kind: 'globalNorm', limit: 1 } }));
    expect(valueOf(facts, 'Weight decay')).toBe('0.01');
    expect(valueOf(facts, 'Gradient clipping')).toBe('norm of all tensors within 1');
    expect(valueOf(planFacts(samplePlan()), 'Weight decay')).toBe('off');
  });

  it.each<[Partial<TrainingPlan>, string, string, string]>([
    [{}, 'cross-entropy', 'all alike', 'off'],
    [
      { loss: 'meanSquaredError', classWeights: { kind: 'balanced' }, l1: 0.01 },
      'mean squared error',
      'balanced by their images',
      '0.01',
    ],
    [
      { labelSmoothing: 0.1, classWeights: { kind: 'given', weights: { ants: 2, bees: 0.5 } } },
      'cross-entropy, labels smoothed by 0.1',
      'ants 2, bees 0.5',
      'off',
    ],
  ])('tell what is made small: %j', (changes, loss, classes, l1) => {
    const facts = planFacts(samplePlan(changes));
    expect(['Loss', 'Class weights', 'L1 penalty'].map((name) => valueOf(facts, name))).toEqual([loss, classes, l1]);
  });

  it.each<[Partial<TrainingPlan>, string]>([
    [{}, 'constant'],
    [{ schedule: { kind: 'step', epochs: 10, factor: 0.1 } }, 'times 0.1 every 10 epochs'],
    [{ schedule: { kind: 'exponential', factor: 0.9 } }, 'times 0.9 an epoch'],
    [{ schedule: { kind: 'inverseTime', decay: 0.01 } }, 'inverse time, decay 0.01'],
    [{ schedule: { kind: 'cosine', floor: 0.1 }, warmupEpochs: 1 }, 'warm-up of 1 epoch, then cosine to 10.0 %'],
    [
      { schedule: { kind: 'plateau', monitor: 'val_loss', patience: 3, factor: 0.2, floor: 0.01 } },
      'times 0.2 after 3 epochs without gain in val_loss, down to 1.0 %',
    ],
  ])('tell the course of the learning rate: %j', (changes, words) => {
    expect(valueOf(planFacts(samplePlan(changes)), 'Schedule')).toBe(words);
  });

  it('tell the rates that layers have of their own', () => {
    const learningRateRules = [
      { pattern: 'stem', factor: 0.1 },
      { pattern: 'head', factor: 10 },
    ];
    expect(valueOf(planFacts(samplePlan({ learningRateRules })), 'Rates of layers')).toBe(
      'stem times 0.1; head times 10',
    );
    expect(valueOf(planFacts(samplePlan()), 'Rates of layers')).toBe('the same for all');
  });

  it.each<[TrainingPlan['precision'], string]>([
    [{ frozen: 'float32', trainable: 'float32' }, 'float32'],
    [{ frozen: 'bfloat16', trainable: 'float32' }, 'bfloat16 in the frozen prefix, float32 above it'],
  ])('tell what is computed in: %j', (precision, words) => {
    expect(valueOf(planFacts(samplePlan({ precision })), 'Precision')).toBe(words);
  });

  it('can be copied as lines of text', () => {
    expect(factsText([{ name: 'Seed', value: '42' }])).toBe('Seed: 42');
  });

  it('tell what a run was made with', () => {
    const { environment } = finishedRun();
    expect(environment && valueOf(environmentFacts(environment), 'Processor')).toBe('A processor, 2 cores');
  });
});

describe('a run in a sentence', () => {
  it('tells what was done and what came of it', () => {
    expect(runSentence(finishedRun())).toBe(
      'Finished: 3 epochs of a new head on the features of mobilenet_v1_0.25_96 on 397 images in 2 classes of bees, ' +
        'in 17 s. The best validation accuracy is 90.2 %, at epoch 2. On the test images it is 88.0 %. ' +
        'All 2 frozen tensors are unchanged, bit for bit.',
    );
  });

  it('says nothing of how another program trained', () => {
    const run = finishedRun();
    expect(runSentence({ ...run, plan: { ...run.plan, network: FOREIGN_NETWORK, strategy: 'scratch' } })).toContain(
      'of a training that another program logged',
    );
  });

  it('tells how far it came where it did not come to its end', () => {
    const { result } = finishedRun();
    const ended: Partial<RunDetail['result']> = { status: 'interrupted', history: result.history.slice(0, 1) };
    const told = runSentence(finishedRun({ result: { ...result, ...ended } }));
    expect(told).toMatch(/^Interrupted: 1 of 3 epochs of a new head/);
  });

  it('tells that it ended early, and by what', () => {
    const { result, plan } = finishedRun();
    const earlyStopping = { monitor: 'val_loss', patience: 5 } as const;
    const told = runSentence(
      finishedRun({ plan: { ...plan, earlyStopping }, result: { ...result, stoppedEarly: true } }),
    );
    expect(told).toContain('It ended early, for val_loss no longer became better.');
  });

  it('is short beside the status', () => {
    expect(runOutcome(finishedRun())).toBe('3 epochs, in 17 s. The best validation accuracy is 90.2 %, at epoch 2.');
  });
});
