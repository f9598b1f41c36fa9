/** Of the window's thread, what charts that only grow may take. */
const SHARE = 0.02;
const SHORTEST_MILLISECONDS = 250;
const LONGEST_MILLISECONDS = 2000;
/** A growing chart that comes a little late shares its frame with the figures beside it, and so costs no frame of its own. */
const SLACK_MILLISECONDS = 500;
/** One frame that the system held up says little. */
const LATEST_WEIGHT = 0.3;

/**
 * When charts that have grown are drawn again: all in one frame, and the seldomer the longer a frame takes here, for what
 * they take is taken from the training.
 */
export class RedrawPace {
  readonly #waiting = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drawnAt = -Infinity;
  #milliseconds: number | null = null;

  /** The least time between two redraws, in milliseconds. */
  get interval(): number {
    return Math.min(LONGEST_MILLISECONDS, Math.max(SHORTEST_MILLISECONDS, (this.#milliseconds ?? 0) / SHARE));
  }

  /** Asks for a redraw when it is time. @param draw draws within an animation frame that it asks for itself */
  request(draw: () => void): void {
    this.#waiting.add(draw);
    const wait = this.#drawnAt + this.interval - performance.now();
    if (wait <= 0) this.#draw();
    else this.#timer ??= setTimeout(() => this.#draw(), wait + SLACK_MILLISECONDS);
  }

  withdraw(draw: () => void): void {
    this.#waiting.delete(draw);
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawnAt = performance.now();
    const due = [...this.#waiting];
    this.#waiting.clear();
    // Asked for before theirs, and so the frame's first; a message comes when all of the frame is done.
    requestAnimationFrame(() => {
      const started = performance.now();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        this.#learn(performance.now() - started);
      };
      port2.postMessage(null);
    });
    for (const draw of due) draw();
  }

  #learn(milliseconds: number): void {
    const before = this.#milliseconds ?? milliseconds;
    this.#milliseconds = before + (milliseconds - before) * LATEST_WEIGHT;
  }
}
