import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TriedBatchSize } from '../../../../src/shared/contract/finders.ts';
import {
  findBatchSize,
  nextBatchSize,
  suggestBatchSize,
  type BatchLimits,
} from '../../../../src/engine/training/finder/find-batch-size.ts';
import { machineMemory } from '../../../../src/engine/training/memory.ts';
import { expectError } from '../../../support/expect-error.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../../support/tiny-dataset.ts';
import { never, trainingJob } from '../../../support/training-job.ts';

const root = temporaryFolder();
let dataset = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 4 });
});

const LIMITS: BatchLimits = { from: 4, to: 64, images: 1000, freeBytes: 100, estimate: (size) => size };

describe('the batch sizes that are tried', () => {
  it('double up to the last that was asked for', () => {
    const sizes: number[] = [];
    let next = nextBatchSize(LIMITS, null);
    for (; typeof next === 'number'; next = nextBatchSize(LIMITS, next)) sizes.push(next);
    expect(sizes).toEqual([4, 8, 16, 32, 64]);
    expect(next.end).toBe('limit');
  });

  it.each([
    ['the memory', { freeBytes: 31 }, 16, 'memory', 'A batch of 32'],
    ['the images', { images: 20 }, 16, 'images', '20 images'],
  ] as const)('end where %s ends', (_, limits, before, end, said) => {
    expect(nextBatchSize({ ...LIMITS, ...limits }, before / 2)).toBe(before);
    const ended = nextBatchSize({ ...LIMITS, ...limits }, before);
    expect(ended).toMatchObject({ end });
    expect(ended).toHaveProperty('ended', expect.stringContaining(said));
  });

  it('have no end by a memory that nobody can tell', () => {
    expect(nextBatchSize({ ...LIMITS, freeBytes: null, estimate: () => Infinity }, 4)).toBe(8);
  });
});

function tried(...rates: (readonly [number, number])[]): TriedBatchSize[] {
  return rates.map(([batchSize, imagesPerSecond]) => {
    return {
      batchSize,
      imagesPerSecond,
      stepSeconds: batchSize / imagesPerSecond,
      estimatedBytes: 1,
      residentBytes: 1,
    };
  });
}

describe('the batch size that is suggested', () => {
  it.each([
    [tried([4, 10], [8, 50], [16, 99], [32, 104]), 16],
    [tried([4, 10], [8, 50], [16, 98], [32, 104]), 32],
    [tried([4, 90], [8, 50], [16, 40]), 4],
    [tried([4, 90]), 4],
  ])('is the smallest within 5 % of the fastest', (sizes, expected) => {
    expect(suggestBatchSize(sizes).batchSize).toBe(expected);
  });
});

describe('a search for a batch size', () => {
  const search = (limits: { from: number; to: number }, freeBytes?: number) => {
    const job = { ...trainingJob(root, dataset), ...limits, steps: 2 };
    const machine = freeBytes === undefined ? machineMemory() : { totalBytes: freeBytes, freeBytes };
    return findBatchSize(job, { emit: () => undefined, signal: never }, machine);
  };

  it('times steps of sizes that double as far as there are images, and suggests one of them', async () => {
    const { sizes, end, suggestion } = await search({ from: 3, to: 512 });
    expect(sizes.map(({ batchSize }) => batchSize)).toEqual([3, 6, 12, 24]);
    expect(end).toBe('images');
    expect(sizes.map(({ batchSize }) => batchSize)).toContain(suggestion.batchSize);
    for (const { imagesPerSecond, stepSeconds, batchSize, residentBytes } of sizes) {
      expect(imagesPerSecond * stepSeconds).toBeCloseTo(batchSize, 6);
      expect(residentBytes).toBeGreaterThan(0);
    }
    const estimates = sizes.map(({ estimatedBytes }) => estimatedBytes);
    expect(estimates).toEqual(estimates.toSorted((a, b) => a - b));
  });

  it('tries no size above the memory, and refuses where not even the first one fits', async () => {
    const { sizes } = await search({ from: 4, to: 8 });
    const [small, large] = sizes.map(({ estimatedBytes }) => estimatedBytes);
    const between = ((small ?? NaN) + (large ?? NaN)) / 2;
    const ended = await search({ from: 4, to: 8 }, between);
    expect(ended.sizes.map(({ batchSize }) => batchSize)).toEqual([4]);
    expect([ended.end, ended.freeBytes]).toEqual(['memory', between]);
    await expectError(() => search({ from: 4, to: 8 }, (small ?? NaN) / 2), 'memory.full', 'batch 4');
  });
});
