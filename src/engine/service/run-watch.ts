import { readChanges, type LogPosition } from '../experiment/run-changes.ts';
import type { Log } from '../experiment/log.ts';
import type { EventHub } from './event-hub.ts';

/** How long a window may not know what another process did to the log. */
const LOOK_MILLISECONDS = 1000;

/**
 * Tells windows what was changed of the runs, whoever did it: every process that writes the log counts its changes there. It
 * looks once a second while somebody listens, and at once where this engine knows of a change.
 */
export class RunWatch {
  readonly #log: Log;
  readonly #events: EventHub;
  readonly #timer: NodeJS.Timeout;
  #position: LogPosition;

  constructor(log: Log, events: EventHub) {
    this.#log = log;
    this.#events = events;
    this.#position = readChanges(log).position;
    this.#timer = setInterval(() => {
      try {
        this.look();
      } catch {
        // Whoever asks the log itself is told why it cannot be read.
      }
    }, LOOK_MILLISECONDS);
    this.#timer.unref();
  }

  /** @throws ThawError where the log cannot be read */
  look(): void {
    if (!this.#events.hears('runs')) return;
    const { position, list, queue, runIds } = readChanges(this.#log, this.#position);
    this.#position = position;
    if (list) this.#events.tellRuns({ change: 'list', runIds: [...runIds] });
    if (queue) this.#events.tellRuns({ change: 'queue', runIds: [...runIds] });
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
