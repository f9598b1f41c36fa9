import { setTimeout as sleep } from 'node:timers/promises';
import { listWaiting, takeNextWaiting } from '../experiment/queue.ts';
import { beginWaiting } from './begin-run.ts';
import type { ServiceContext } from './context.ts';

/** How often an engine that works the queue off looks whether another's trainer has ended, or something was added elsewhere. */
const LOOK_MILLISECONDS = 1000;

/**
 * Begins the runs that wait, one after the other, while it is asked to: each as soon as the one trainer's place is free,
 * however the one before it ended. Of several engines each run is begun by one.
 */
export class QueueWorker {
  readonly #context: ServiceContext;
  #timer: NodeJS.Timeout | null = null;
  #beginning: Promise<void> | null = null;
  #problem: { readonly error: unknown } | null = null;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  get working(): boolean {
    return this.#timer !== null;
  }

  /** From now on what waits is begun. */
  work(): void {
    this.#problem = null;
    this.#timer ??= setInterval(() => this.look(), LOOK_MILLISECONDS);
    this.look();
  }

  /** Begins nothing more; a run that is under way goes on. */
  hold(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Looks whether a run can begin, without waiting for the next time. */
  look(): void {
    if (!this.working || this.#beginning || this.#context.activeRun !== null) return;
    this.#beginning = this.#next()
      .catch((error: unknown) => {
        // A log that cannot be written is no better at the next look.
        this.#problem = { error };
        this.hold();
      })
      .finally(() => (this.#beginning = null));
  }

  /**
   * Answers once nothing waits and nothing that this engine began is under way, or the queue is held.
   *
   * @throws ThawError why it had to be held: `disk.full`
   */
  async drained(): Promise<void> {
    for (;;) {
      await this.#beginning;
      const { activeRun } = this.#context;
      if (activeRun !== null) await this.#context.underWay(activeRun)?.done.catch(() => undefined);
      else if (this.#problem) throw this.#problem.error;
      else if (!this.working || listWaiting(this.#context.log).length === 0) return;
      else await sleep(LOOK_MILLISECONDS / 4);
    }
  }

  /** Ends; a run that is about to begin has begun then, and can be stopped as any other. */
  async close(): Promise<void> {
    this.hold();
    await this.#beginning;
  }

  async #next(): Promise<void> {
    const runId = takeNextWaiting(this.#context.log);
    if (runId === null) return;
    await beginWaiting(this.#context, runId);
    const ended = this.#context.underWay(runId)?.done ?? Promise.resolve();
    void ended.then(
      () => setImmediate(() => this.look()),
      () => setImmediate(() => this.look()),
    );
  }
}
