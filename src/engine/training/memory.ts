import { totalmem } from 'node:os';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { bytesOf, DEFAULT_PRICES, type Prices } from '../cost/prices.ts';
import { workloadOf, type ImageCounts } from '../cost/workload.ts';
import { costedPlan, type UnderstoodPlan } from './costed-plan.ts';

const GIGABYTE = 1e9;
/** Estimates are off by a quarter at most (`npm run bench -- estimate`): what is above even so cannot fit. */
const CERTAIN_SHARE = 0.75;
/** Of what is free, the rest being left to other programs. */
const ADVISED_SHARE = 0.9;

export interface MachineMemory {
  /** Of the machine, or what this process' control group is allowed. */
  readonly totalBytes: number;
  readonly freeBytes: number;
}

export function machineMemory(): MachineMemory {
  // 0 or more than there is where nothing limits the process.
  const limit = process.constrainedMemory();
  return {
    totalBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    freeBytes: process.availableMemory(),
  };
}

/** What a run takes at its peak, and what there is. It crosses from the trainer to the engine. */
export interface MemoryNeed extends MachineMemory {
  readonly batchSize: number;
  readonly evaluationBatchSize: number;
  readonly neededBytes: number;
  /** The largest batch, halved again and again, that fits; null where the plan's own does, or none. */
  readonly advisedBatch: number | null;
}

/**
 * Estimates the memory of a run before it is begun.
 *
 * @param options.prices those of past runs, where they are known
 */
export function memoryNeed(
  understood: UnderstoodPlan,
  images: ImageCounts | null,
  options: { readonly machine?: MachineMemory; readonly prices?: Prices } = {},
): MemoryNeed {
  const { machine = machineMemory(), prices = DEFAULT_PRICES } = options;
  const { batchSize, evaluationBatchSize } = understood.plan;
  const costed = costedPlan(understood, images, 'nothing');
  const bytesWith = (batch: number): number => {
    const sizes = { batchSize: batch, evaluationBatchSize: Math.min(evaluationBatchSize, batch) };
    return bytesOf(workloadOf({ ...costed, training: { ...costed.training, ...sizes } }).memory, prices);
  };
  const neededBytes = bytesOf(workloadOf(costed).memory, prices);
  let advised = Math.max(batchSize, evaluationBatchSize);
  if (neededBytes > machine.freeBytes) {
    do advised = Math.floor(advised / 2);
    while (advised >= 1 && bytesWith(advised) > ADVISED_SHARE * machine.freeBytes);
  }
  const advisedBatch = neededBytes > machine.freeBytes && advised >= 1 ? advised : null;
  return { ...machine, batchSize, evaluationBatchSize, neededBytes, advisedBatch };
}

const gigabytes = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(1)} GB`;

function described({ batchSize, evaluationBatchSize, neededBytes }: MemoryNeed): string {
  const evaluation = evaluationBatchSize > batchSize ? ` (${evaluationBatchSize} in the evaluation)` : '';
  return `batch ${batchSize}${evaluation} needs about ${gigabytes(neededBytes)}`;
}

/** What to do about too little memory, for the command line. */
function advice({ advisedBatch, evaluationBatchSize }: MemoryNeed): string {
  if (advisedBatch === null) return 'Freeze more layers, take a smaller network or input, or close other programs.';
  const evaluation = evaluationBatchSize > advisedBatch ? ` --batch-eval ${advisedBatch}` : '';
  return `Try --batch ${advisedBatch}${evaluation}, freeze more layers, or close other programs.`;
}

/** Where a run may end for want of memory, though it may not; null where all fits. */
export function memoryWarning(need: MemoryNeed): string | null {
  if (need.neededBytes <= need.freeBytes) return null;
  const tried = need.advisedBatch === null ? '' : `: try ${need.advisedBatch}`;
  return `The memory may be too small: ${described(need)}, ${gigabytes(need.freeBytes)} free of ${gigabytes(need.totalBytes)}${tried}.`;
}

/** Whether a process that died did so, as it seems, for want of memory, though nobody saw the system end it. */
export function mayHaveRunOut({ neededBytes, freeBytes }: MemoryNeed): boolean {
  return neededBytes > CERTAIN_SHARE * freeBytes;
}

/** @throws ThawError `memory.full` for what certainly does not fit into all the memory that there is */
export function assertMemory(need: MemoryNeed): void {
  if (need.neededBytes * CERTAIN_SHARE <= need.totalBytes) return;
  throw new ThawError(
    'memory.full',
    `The memory must hold a whole batch; ${described(need)}, and there are ${gigabytes(need.totalBytes)}, ${gigabytes(need.freeBytes)} free.`,
    advice(need),
  );
}

/** Whether a run that failed has run out of memory, after it was begun. */
export function isOutOfMemory(error: unknown): error is Error {
  if (error instanceof ThawError) return error.code === 'memory.full' && error.cause !== undefined;
  // What Node says of an array that it does not get.
  return error instanceof RangeError && /allocation failed/i.test(error.message);
}

/**
 * What a run is told that has run out of memory.
 *
 * @param happened completes the sentence: `it ran out in layer 'conv1'`
 */
export function outOfMemory(need: MemoryNeed, happened: string): ThawError {
  const half = Math.floor(Math.max(need.batchSize, need.evaluationBatchSize) / 2);
  // It ran out whatever was estimated: half of the batch at most.
  const advisedBatch = need.advisedBatch ?? (half >= 1 ? half : null);
  return new ThawError(
    'memory.full',
    `The memory must hold a whole batch; ${described(need)}, ${gigabytes(need.freeBytes)} were free, and ${happened.replace(/\.$/, '')}.`,
    advice({ ...need, advisedBatch }),
  );
}
