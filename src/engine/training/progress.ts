import type { Phase, RunEventBody } from '../../shared/contract/event.ts';
import type { Clock } from './clock.ts';

/** At most ten reports a second: more than that nobody reads, and each costs a message. */
const REPORT_INTERVAL_MS = 100;

/** Reports how far a phase has come, with rate and time left, at a bounded pace. */
export class ProgressReporter {
  readonly #emit: (body: RunEventBody) => void;
  readonly #phase: Phase;
  readonly #unit: 'image' | 'step' | 'tensor' | 'byte';
  readonly #clock: Pick<Clock, 'now'>;
  readonly #started: number;
  readonly #first: number;
  #lastReport = -Infinity;

  /** @param options.first what was already done when this phase began, left out of the rate */
  constructor(
    emit: (body: RunEventBody) => void,
    phase: Phase,
    unit: 'image' | 'step' | 'tensor' | 'byte',
    options: { readonly first?: number; readonly clock?: Pick<Clock, 'now'> } = {},
  ) {
    this.#emit = emit;
    this.#phase = phase;
    this.#unit = unit;
    this.#first = options.first ?? 0;
    this.#clock = options.clock ?? performance;
    this.#started = this.#clock.now();
  }

  report(done: number, total: number, detail = ''): void {
    const now = this.#clock.now();
    if (now - this.#lastReport < REPORT_INTERVAL_MS && done < total) return;
    this.#lastReport = now;
    const seconds = (now - this.#started) / 1000;
    const rate = done > this.#first && seconds > 0 ? (done - this.#first) / seconds : null;
    this.#emit({
      kind: 'progress',
      phase: this.#phase,
      done,
      total,
      unit: this.#unit,
      ratePerSecond: rate,
      secondsLeft: rate === null ? null : (total - done) / rate,
      detail,
    });
  }
}

/** Adds up seconds by phase; what is measured around a pause does not count the pause. */
export class PhaseTimer {
  readonly #seconds = new Map<string, number>();
  readonly #started = performance.now();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async measure<Result>(phase: string, work: () => Promise<Result> | Result): Promise<Result> {
    const started = this.#clock.now();
    try {
      return await work();
    } finally {
      this.add(phase, (this.#clock.now() - started) / 1000);
    }
  }

  add(phase: string, seconds: number): void {
    this.#seconds.set(phase, (this.#seconds.get(phase) ?? 0) + seconds);
  }

  /** Seconds by phase, and `total` since the timer was made, pauses included. */
  timings(): Record<string, number> {
    return { ...Object.fromEntries(this.#seconds), total: (performance.now() - this.#started) / 1000 };
  }
}
