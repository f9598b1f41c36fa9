/** The signals that ask for an end, with the exit codes that follow: 128 and the signal's number, as shells have it. */
export const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
export type StopSignal = keyof typeof SIGNAL_EXIT_CODES;

/**
 * Listens for signals that ask for an end.
 *
 * @returns the function that stops listening
 */
export function onStopSignal(stop: (signal: StopSignal) => void): () => void {
  const signals = Object.keys(SIGNAL_EXIT_CODES) as StopSignal[];
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}
