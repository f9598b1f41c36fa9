import { setImmediate } from 'node:timers/promises';

/** Work that pauses after each slice of it. */
export type Slices<Result> = Generator<undefined, Result, undefined>;

/** Does all of it before anything else. */
export function atOnce<Result>(work: Slices<Result>): Result {
  for (;;) {
    const slice = work.next();
    if (slice.done) return slice.value;
  }
}

/** Lets others have their turn after each slice. @throws the signal's reason */
export async function inTurns<Result>(work: Slices<Result>, signal: AbortSignal): Promise<Result> {
  for (;;) {
    const slice = work.next();
    if (slice.done) return slice.value;
    await setImmediate();
    signal.throwIfAborted();
  }
}
