import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { EventHub } from './event-hub.ts';
import { writeLocal } from './local-log.ts';
import { QueueProblem } from './queue-problem.ts';

const AGAIN_MILLISECONDS = 1000;

/** A log that refuses now may take it later; what it never takes is a defect, or of a run that is gone. */
function mayPass(error: unknown): boolean {
  return error instanceof ThawError && /^(?:disk|log)\./.test(error.code);
}

/**
 * How runs ended where the log would not take it, on a full disk for one: it is written again and again until it does. Until
 * then such a run keeps the one trainer's place, as everybody else reads in the log that it is at work.
 */
export class UnwrittenEnds {
  readonly #home: string;
  readonly #events: Pick<EventHub, 'tellRuns'>;
  readonly #writes = new Map<string, () => void>();
  #problem: QueueProblem | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor({ home, events }: { readonly home: string; readonly events: Pick<EventHub, 'tellRuns'> }) {
    this.#home = home;
    this.#events = events;
  }

  /** Why something could not be written yet; null where all is. */
  get problem(): QueueProblem | null {
    return this.#problem;
  }

  /** Writes how a run ended, all or nothing. @throws what the log refuses it with; it is then tried again */
  write(runId: string, end: () => void): void {
    try {
      end();
    } catch (error) {
      if (mayPass(error)) this.#keep(runId, end, error);
      throw error;
    }
  }

  /** Tries no more: the next to open the log finds that the owner of these runs is gone. */
  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#writes.clear();
  }

  #keep(runId: string, end: () => void, error: unknown): void {
    this.#writes.set(runId, end);
    this.#timer ??= setInterval(() => this.#again(), AGAIN_MILLISECONDS).unref();
    if (this.#problem) return;
    this.#problem = new QueueProblem(error);
    writeLocal(this.#home, 'error', `How run ${runId} ended is not written yet: ${this.#problem.told.message}`);
    this.#events.tellRuns({ change: 'queue', runIds: [] });
  }

  #again(): void {
    for (const [runId, end] of this.#writes) {
      try {
        end();
      } catch (error) {
        if (mayPass(error)) continue;
        writeLocal(this.#home, 'error', `How run ${runId} ended could not be written: ${String(error)}`);
      }
      this.#writes.delete(runId);
    }
    if (this.#writes.size > 0) return;
    this.close();
    this.#problem = null;
    this.#events.tellRuns({ change: 'queue', runIds: [] });
  }
}
