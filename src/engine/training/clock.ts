/** Counts the time at which a run is at work: it stands still while the run is paused. */
export class Clock {
  #held = 0;

  /** Milliseconds, from an arbitrary start. */
  now(): number {
    return performance.now() - this.#held;
  }

  /** Stands still until the work is done. @returns for how many seconds */
  async hold(work: () => Promise<void>): Promise<number> {
    const started = performance.now();
    try {
      await work();
    } finally {
      this.#held += performance.now() - started;
    }
    return (performance.now() - started) / 1000;
  }
}
