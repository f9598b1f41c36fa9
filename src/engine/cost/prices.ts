import type { Memory, MemoryKind, Workload } from './workload.ts';
import type { Work, WorkKind } from './work.ts';

/** Seconds for each unit of work, and bytes of resident memory for each unit that a workload names. */
export interface Prices {
  readonly seconds: Readonly<Record<WorkKind, number>>;
  readonly bytes: Readonly<Record<MemoryKind, number>>;
}

/** Measured on two cores of a server processor of 2019 with TensorFlow 2.21; past runs correct them on other machines. */
export const DEFAULT_PRICES: Prices = {
  seconds: {
    convolution: 1e-11,
    convolutionGradient: 1.3e-11,
    depthwise: 2.2e-10,
    depthwiseGradient: 6e-11,
    traffic: 6e-11,
    kernels: 2.7e-9,
    faults: 1.9e-10,
    operations: 1e-5,
    steps: 1.2e-4,
    epochs: 1.7e-3,
    images: 4e-3,
  },
  bytes: {
    process: 5.8e8,
    decoding: 2e8,
    weights: 2,
    loading: 4,
    training: 1,
    features: 2.4,
    pixels: 1.1,
    inputs: 3,
    activations: 0.95,
    programs: 2.4e4,
  },
};

/** Held while the run is at work; the copies that fill the variables are given back before. */
const AT_WORK = ['training', 'features', 'pixels', 'inputs', 'activations'] as const satisfies readonly MemoryKind[];

/** A workload's memory at its peak: either while weights are loaded, or while the run is at work. */
export function peakOf(memory: Memory): Memory {
  const prices = DEFAULT_PRICES.bytes;
  const atWork = AT_WORK.reduce((sum, kind) => sum + memory[kind] * prices[kind], 0);
  if (memory.loading * prices.loading < atWork) return { ...memory, loading: 0 };
  return { ...memory, ...Object.fromEntries(AT_WORK.map((kind) => [kind, 0])) };
}

function sumOf<Kind extends string>(
  amounts: Readonly<Record<Kind, number>>,
  prices: Readonly<Record<Kind, number>>,
): number {
  let sum = 0;
  for (const kind in amounts) sum += amounts[kind] * prices[kind];
  return sum;
}

export function secondsOf(work: Work, prices: Prices): number {
  return sumOf(work, prices.seconds);
}

export function bytesOf(memory: Memory, prices: Prices): number {
  return sumOf(peakOf(memory), prices.bytes);
}

export interface Cost {
  readonly memoryBytes: number;
  readonly epochSeconds: number;
  readonly preparationSeconds: number;
}

/** What a workload takes at these prices. */
export function costOf(workload: Workload, prices: Prices): Cost {
  return {
    memoryBytes: bytesOf(workload.memory, prices),
    epochSeconds: secondsOf(workload.epoch, prices),
    preparationSeconds: secondsOf(workload.preparation, prices),
  };
}
