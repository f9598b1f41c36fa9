/** What is in sight for less than this cannot be read, let alone looked at. */
const READABLE_MILLISECONDS = 250;
/** A key that turns a page leads no further than this; only who goes on is racing. */
const RACING_AFTER_VIEWPORTS = 1;
/** Racing is over when nobody has raced for this long. */
const REST_MILLISECONDS = 120;
/** A frame that came late for what it had to draw is no sign of leisure. */
const LONGEST_FRAME_MILLISECONDS = 50;

/**
 * Tells when a list is scrolled past so fast that nothing in it can be made out, so that it need not be drawn: what one
 * stops at is there the sooner.
 */
export class ScrollPace {
  readonly #onChange: (racing: boolean) => void;
  #racing = false;
  #top = 0;
  #at = -Infinity;
  /** Pixels passed at such a speed, so far. */
  #passed = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onChange: (racing: boolean) => void) {
    this.#onChange = onChange;
  }

  /**
   * @param top where the list is scrolled to, in pixels
   * @param viewport pixels of it that can be seen
   * @param now milliseconds
   */
  moved(top: number, viewport: number, now: number): void {
    const pixels = Math.abs(top - this.#top);
    const elapsed = now - this.#at;
    const fast = pixels * READABLE_MILLISECONDS > viewport * Math.min(elapsed, LONGEST_FRAME_MILLISECONDS);
    this.#top = top;
    this.#at = now;
    if (elapsed > REST_MILLISECONDS) {
      // The first move after a rest has no speed yet: it may be a leap to where one wants to be.
      this.#passed = 0;
      return;
    }
    if (!fast) return;
    this.#passed += pixels;
    if (this.#passed <= viewport * RACING_AFTER_VIEWPORTS) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(false), REST_MILLISECONDS);
    if (!this.#racing) this.#tell(true);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #tell(racing: boolean): void {
    this.#racing = racing;
    if (!racing) this.#passed = 0;
    this.#onChange(racing);
  }
}
