import type { RunEventBody } from '../../shared/contract/event.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { ProgressReporter } from '../training/progress.ts';
import type { EventHub } from './event-hub.ts';

type Unit = Extract<RunEventBody, { kind: 'progress' }>['unit'];

/** What long work is given: when to end, and whom to tell how far it is. */
export interface Task {
  readonly signal: AbortSignal;
  /** @param unit that of the task by default */
  readonly report: (done: number, total: number, detail?: string, unit?: Unit) => void;
}

function cancelled(): ThawError {
  return new ThawError(
    'task.cancelled',
    'This was ended before it was done, as asked.',
    'Begin it again when you like.',
  );
}

/** Work that a client follows and may end, by the id it chose itself. */
export class Tasks {
  readonly #events: EventHub;
  readonly #underWay = new Map<string, AbortController>();
  /** Of work that nobody follows: it ends with the service. */
  readonly #unfollowed = new Set<AbortController>();
  readonly #working = new Set<Promise<unknown>>();
  #closed = false;

  constructor(events: EventHub) {
    this.#events = events;
  }

  /**
   * @param taskId undefined for work that nobody follows
   * @throws ThawError `task.cancelled` once it was cancelled or the service closes, `usage.invalid` for an id that is taken
   */
  async run<Result>(taskId: string | undefined, unit: Unit, work: (task: Task) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw cancelled();
    const working = this.#run(taskId, unit, work);
    this.#working.add(working);
    try {
      return await working;
    } finally {
      this.#working.delete(working);
    }
  }

  /** Asks a task to end; nothing happens where it has. */
  cancel(taskId: string): void {
    this.#underWay.get(taskId)?.abort(cancelled());
  }

  /** Asks all to end, and takes no more. @returns once all have ended */
  async close(): Promise<void> {
    this.#closed = true;
    for (const controller of [...this.#underWay.values(), ...this.#unfollowed]) controller.abort(cancelled());
    await Promise.allSettled(this.#working);
  }

  async #run<Result>(taskId: string | undefined, unit: Unit, work: (task: Task) => Promise<Result>): Promise<Result> {
    const controller = new AbortController();
    const { signal } = controller;
    if (taskId === undefined) {
      this.#unfollowed.add(controller);
      try {
        return await work({ signal, report: () => undefined });
      } finally {
        this.#unfollowed.delete(controller);
      }
    }
    if (this.#underWay.has(taskId)) {
      throw new ThawError(
        'usage.invalid',
        `Each task has an id of its own; '${taskId}' is under way.`,
        'Choose another taskId.',
      );
    }
    this.#underWay.set(taskId, controller);
    let sequence = 0;
    const newReporter = (counted: Unit): ProgressReporter =>
      new ProgressReporter(
        (body) => {
          if (body.kind !== 'progress' || signal.aborted) return;
          const { done, total, ratePerSecond, secondsLeft, detail } = body;
          this.#events.tellTask({
            taskId,
            sequence: (sequence += 1),
            done,
            total,
            unit: counted,
            ratePerSecond,
            secondsLeft,
            detail,
          });
        },
        'prepare',
        counted,
      );
    let reporter = newReporter(unit);
    let before = { done: 0, unit };
    const report: Task['report'] = (done, total, detail, counted = unit) => {
      // What counts anew, or other things, is other work, with a pace of its own.
      if (done < before.done || counted !== before.unit) reporter = newReporter(counted);
      before = { done, unit: counted };
      reporter.report(done, total, detail);
    };
    try {
      return await work({ signal, report });
    } catch (error) {
      throw signal.aborted ? cancelled() : error;
    } finally {
      this.#underWay.delete(taskId);
    }
  }
}
