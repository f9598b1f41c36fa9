import { setImmediate } from 'node:timers/promises';

/** So long may what is asked of an engine meanwhile wait. */
const TURN_MILLISECONDS = 10;

/** Pieces one after the other, with turns for others between them, until it is to end. @throws what the signal was aborted with */
export async function* unhurried<Piece>(pieces: Iterable<Piece>, signal: AbortSignal): AsyncGenerator<Piece> {
  let begun = performance.now();
  for (const piece of pieces) {
    if (performance.now() - begun > TURN_MILLISECONDS) {
      await setImmediate();
      begun = performance.now();
    }
    signal.throwIfAborted();
    yield piece;
  }
}
