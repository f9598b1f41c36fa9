import { setImmediate } from 'node:timers/promises';

/** A session's run blocks the process: between two, messages are let in, though not more often than people notice. */
const INTERVAL_MS = 20;
let last = 0;

export async function yieldToMessages(): Promise<void> {
  const now = performance.now();
  if (now - last < INTERVAL_MS) return;
  await setImmediate();
  last = performance.now();
}
