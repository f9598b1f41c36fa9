import { setTimeout as sleep } from 'node:timers/promises';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Log } from '../experiment/log.ts';
import { listWaiting, takeNextWaiting } from '../experiment/queue.ts';
import type { EventHub } from './event-hub.ts';
import { writeLocal } from './local-log.ts';
import { QueueProblem } from './queue-problem.ts';
import type { UnwrittenEnds } from './unwritten-ends.ts';

/** How often an engine that works the queue off looks whether another's trainer has ended, or something was added elsewhere. */
const LOOK_MILLISECONDS = 1000;

/** What of an engine the worker looks at. */
interface Engine {
  readonly home: string;
  readonly log: Log;
  readonly events: Pick<EventHub, 'tellRuns'>;
  readonly ends: Pick<UnwrittenEnds, 'problem'>;
  readonly activeRun: string | null;
  underWay(runId: string): { readonly done: Promise<unknown> } | undefined;
}

/** Whether it may be over by the next look; a disk that cannot be written, or a defect, is not. */
function isPassing(error: unknown): boolean {
  return error instanceof ThawError && !error.code.startsWith('disk.');
}

/** Forks the trainer of a run that was taken out of the queue, or says in the log why it cannot begin. */
type Begin = (runId: string) => Promise<void>;

/**
 * Begins the runs that wait, one after the other, while it is asked to: each as soon as the one trainer's place is free,
 * however the one before it ended. Of several engines each run is begun by one.
 */
export class QueueWorker {
  readonly #engine: Engine;
  #timer: NodeJS.Timeout | null = null;
  #begin: Begin | null = null;
  #beginning: Promise<void> | null = null;
  #problem: QueueProblem | null = null;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get working(): boolean {
    return this.#timer !== null;
  }

  /** Why nothing that waits can begin; null where nothing is known against it. */
  get problem(): QueueProblem | null {
    return this.#problem ?? this.#engine.ends.problem;
  }

  /** From now on what waits is begun, and by this. */
  work(begin: Begin): void {
    this.#begin = begin;
    this.#problem = null;
    this.#timer ??= setInterval(() => this.look(), LOOK_MILLISECONDS);
    this.look();
  }

  /** Begins nothing more; a run that is under way goes on. */
  hold(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#problem = null;
  }

  /** Looks whether a run can begin, without waiting for the next time. */
  look(): void {
    if (!this.working || !this.#begin || this.#beginning || this.#engine.activeRun !== null) return;
    if (this.#engine.ends.problem) return;
    this.#beginning = this.#next(this.#begin)
      .then(
        () => this.#note(null),
        (error: unknown) => this.#note(error),
      )
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
      const { activeRun } = this.#engine;
      if (activeRun !== null) await this.#engine.underWay(activeRun)?.done.catch(() => undefined);
      else if (this.#engine.ends.problem) throw this.#engine.ends.problem.error;
      else if (this.#problem && !this.working) throw this.#problem.error;
      else if (!this.working || listWaiting(this.#engine.log).length === 0) return;
      else await sleep(LOOK_MILLISECONDS / 4);
    }
  }

  /** Ends; a run that is about to begin has begun then, and can be stopped as any other. */
  async close(): Promise<void> {
    this.hold();
    await this.#beginning;
  }

  /** Tells once of what keeps coming. */
  #note(error: unknown): void {
    const before = this.#problem;
    if (error !== null && !isPassing(error)) this.hold();
    this.#problem = error === null ? null : new QueueProblem(error);
    if (this.#problem?.told.message === before?.told.message) return;
    if (this.#problem) writeLocal(this.#engine.home, 'error', `The queue: ${this.#problem.told.message}`);
    this.#engine.events.tellRuns({ change: 'queue', runIds: [] });
  }

  async #next(begin: Begin): Promise<void> {
    const runId = takeNextWaiting(this.#engine.log);
    if (runId === null) return;
    await begin(runId);
    const ended = this.#engine.underWay(runId)?.done ?? Promise.resolve();
    void ended.then(
      () => setImmediate(() => this.look()),
      () => setImmediate(() => this.look()),
    );
  }
}
