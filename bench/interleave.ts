import { setTimeout as pause } from 'node:timers/promises';

/** Threads that spin on after their work, and memory that is given back, must not be paid for by the next side. */
const SETTLE_MILLISECONDS = 200;

/** One side of a comparison: measures once. */
export type Side<Value> = () => Promise<Value>;

/**
 * Measures all sides in turns, A B C A B C ..., so that what slows the machine for a while slows all of them.
 *
 * @returns for each side its values, in order
 */
export async function interleave<Value>(
  sides: readonly Side<Value>[],
  runs: number,
  signal: AbortSignal,
  onRun: (run: number) => void,
): Promise<Value[][]> {
  const values: Value[][] = sides.map(() => []);
  for (let run = 0; run < runs; run++) {
    onRun(run + 1);
    for (const [index, side] of sides.entries()) {
      signal.throwIfAborted();
      await pause(SETTLE_MILLISECONDS, undefined, { signal });
      values[index]?.push(await side());
    }
  }
  return values;
}
