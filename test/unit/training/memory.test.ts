import { totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import {
  assertMemory,
  isOutOfMemory,
  machineMemory,
  memoryNeed,
  memoryWarning,
  outOfMemory,
} from '../../../src/engine/training/memory.ts';
import { ThawError } from '../../../src/shared/errors/thaw-error.ts';
import type { TrainingPlan } from '../../../src/shared/contract/plan.ts';
import { expectError } from '../../support/expect-error.ts';
import { samplePlan } from '../../support/training-plan.ts';

const GIGABYTE = 1e9;
const IMAGES = { train: 5000, validation: 500, test: 0 };

function need(changes: Partial<TrainingPlan>, totalGigabytes: number, freeGigabytes = totalGigabytes) {
  const plan = samplePlan({ network: 'resnet50_224', strategy: 'finetune', batchSize: 64, ...changes });
  const network = withHead(findNetwork(plan.network).build(), { classes: 2, dropout: 0 });
  const freeze = freezePlan(network, plan.strategy, plan.rules);
  const machine = { totalBytes: totalGigabytes * GIGABYTE, freeBytes: freeGigabytes * GIGABYTE };
  return memoryNeed({ plan, network, freeze }, IMAGES, { machine });
}

describe('the memory of a run', () => {
  it('is refused before the start where it cannot fit, with what it needs, what there is and what to try', async () => {
    const tight = need({}, 4);
    expect(tight.neededBytes).toBeGreaterThan(5.4 * GIGABYTE);
    const { advisedBatch } = tight;
    expect([4, 8, 16]).toContain(advisedBatch);
    const needed = (tight.neededBytes / GIGABYTE).toFixed(1);
    await expectError(
      () => assertMemory(tight),
      'memory.full',
      `batch 64 needs about ${needed} GB, and there are 4.0 GB`,
      `Try --batch ${advisedBatch} --batch-eval ${advisedBatch}`,
    );
    // What is advised is taken, and twice of it would not have been.
    const size = advisedBatch ?? 0;
    expect(memoryWarning(need({ batchSize: size, evaluationBatchSize: size }, 4))).toBeNull();
    expect(memoryWarning(need({ batchSize: 2 * size, evaluationBatchSize: 2 * size }, 4 * 0.9))).not.toBeNull();
  });

  it('is warned of where other programs may leave too little', () => {
    const tight = need({}, 64, 4);
    expect(() => assertMemory(tight)).not.toThrow();
    expect(memoryWarning(tight)).toMatch(
      /^The memory may be too small: batch 64 needs about \d+\.\d GB, 4\.0 GB free of 64\.0 GB: try \d+\.$/,
    );
    expect(memoryWarning(need({}, 64))).toBeNull();
  });

  it('names no batch where none would fit', async () => {
    const tight = need({}, 0.1);
    expect(tight.advisedBatch).toBeNull();
    await expectError(() => assertMemory(tight), 'memory.full', 'Freeze more layers');
  });

  it('that ran out all the same is told with half of the batch', () => {
    const error = outOfMemory(need({}, 64), "it ran out in layer 'conv1'");
    expect(error.message).toMatch(/batch 64 needs about .+ GB, 64\.0 GB were free, and it ran out in layer 'conv1'\.$/);
    expect(error.hint).toContain('Try --batch 32 --batch-eval 32');
  });

  it('is told from other failures', () => {
    const cause = new Error('OOM');
    expect(isOutOfMemory(new ThawError('memory.full', 'It ran out.', '', { cause }))).toBe(true);
    expect(isOutOfMemory(new RangeError('Array buffer allocation failed'))).toBe(true);
    // Refused before anything was begun: that has said all already.
    expect(isOutOfMemory(new ThawError('memory.full', 'Too much.', ''))).toBe(false);
    expect(isOutOfMemory(new RangeError('Invalid array length'))).toBe(false);
  });

  it('is held against what this machine has', () => {
    const { totalBytes, freeBytes } = machineMemory();
    expect(totalBytes).toBeLessThanOrEqual(totalmem());
    expect(freeBytes).toBeGreaterThan(0);
    expect(freeBytes).toBeLessThanOrEqual(totalBytes);
  });
});
