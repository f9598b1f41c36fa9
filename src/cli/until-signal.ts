/**
 * Waits until the process is asked to end. Asked again, it ends at once.
 *
 * @param told what becomes of what is under way, for people
 */
export function untilSignal(told = 'a run under way stops after its step and keeps its checkpoint'): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        process.stderr.write(`Ending; ${told}.\n`);
        resolve();
      });
    }
  });
}
