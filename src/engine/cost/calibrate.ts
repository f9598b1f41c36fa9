import { fitPrices, type Trust } from './fit.ts';
import { DEFAULT_PRICES, peakOf, type Prices } from './prices.ts';
import type { Workload } from './workload.ts';

/** A past run of this machine: its workload, and what it took. null where it was not measured. */
export interface PastRun {
  readonly workload: Workload;
  readonly epochSeconds: number | null;
  /** Features computed, not read from the cache. */
  readonly preparationSeconds: number | null;
  readonly memoryBytes: number | null;
}

/** A busy machine is tenths slower; another machine may be several times as fast. */
const TIME_TRUST: Trust = { noise: 0.15, machine: 0.8, price: 0.3 };
/** Memory is alike on every machine: what TensorFlow takes for itself varies a little with its version. */
const MEMORY_TRUST: Trust = { noise: 0.08, machine: 0.1, price: 0.2 };

/** Prices as past runs of this machine teach them; the default ones where there are none. */
export function calibrate(runs: readonly PastRun[]): Prices {
  const times = runs.flatMap(({ workload, epochSeconds, preparationSeconds }) => [
    ...(epochSeconds === null ? [] : [{ amounts: workload.epoch, measured: epochSeconds }]),
    ...(preparationSeconds === null ? [] : [{ amounts: workload.preparation, measured: preparationSeconds }]),
  ]);
  const memories = runs.flatMap(({ workload, memoryBytes }) =>
    memoryBytes === null ? [] : [{ amounts: peakOf(workload.memory), measured: memoryBytes }],
  );
  return {
    seconds: fitPrices(DEFAULT_PRICES.seconds, times, TIME_TRUST),
    bytes: fitPrices(DEFAULT_PRICES.bytes, memories, MEMORY_TRUST),
  };
}
