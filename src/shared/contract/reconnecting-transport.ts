import type { ConnectionState } from './bridge.ts';
import { connect, engineLost } from './connect.ts';
import type { EndpointName, EventName, EventOf, Request, Response, Transport } from './endpoint.ts';
import { EventListeners } from './event-listeners.ts';
import type { Port } from './wire.ts';

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 10_000;
/** A connection that held so long was sound; the next is tried again at once. */
const SOUND_MILLISECONDS = 30_000;

export interface ReconnectingOptions {
  /** Opens a port, at first and whenever the one before has closed. */
  readonly open: () => Promise<Port>;
  /** What a new connection means: the same engine reached again, or a new one without what was under way. */
  readonly again: Exclude<ConnectionState, 'lost'>;
}

/**
 * A transport over a port that is opened again whenever it closed, with growing pauses. Requests wait for the first
 * opening; later, while it is closed, they are refused with `engine.lost`. Subscriptions outlive it, but what was told
 * meanwhile is missed: see `runs.attach`.
 */
export class ReconnectingTransport implements Transport {
  readonly #options: ReconnectingOptions;
  readonly #listeners = new EventListeners();
  readonly #connectionListeners = new Set<(state: ConnectionState) => void>();
  #first: Promise<unknown> | null = null;
  #current: Transport | null = null;
  #pause = FIRST_PAUSE_MILLISECONDS;
  #ended = false;
  #lost = false;

  constructor(options: ReconnectingOptions) {
    this.#options = options;
  }

  /**
   * Opens it for the first time.
   *
   * @throws whatever `open` throws; nothing is tried again then, until `reopen` is called
   */
  async begin(): Promise<void> {
    const opening = this.#open();
    this.#first = opening.catch(() => undefined);
    await opening;
  }

  /** Tries to open it until that succeeds, or `end` is called. */
  async reopen(): Promise<void> {
    this.#announce('lost');
    for (;;) {
      const pause = this.#pause;
      this.#pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (this.#ended) return;
      try {
        await this.#open();
        this.#announce(this.#options.again);
        return;
      } catch {
        // It is not back yet.
      }
    }
  }

  /** From now on it stays closed once it closes. */
  end(): void {
    this.#ended = true;
  }

  async invoke<Name extends EndpointName>(name: Name, request: Request<Name>): Promise<Response<Name>> {
    if (!this.#current) await this.#first;
    if (!this.#current) throw engineLost();
    return this.#current.invoke(name, request);
  }

  subscribe<Name extends EventName>(name: Name, listener: (event: EventOf<Name>) => void): () => void {
    return this.#listeners.subscribe(name, listener);
  }

  /** Whether it was open, has closed and is not back yet. */
  get lost(): boolean {
    return this.#lost;
  }

  onConnection(listener: (state: ConnectionState) => void): () => void {
    this.#connectionListeners.add(listener);
    return () => void this.#connectionListeners.delete(listener);
  }

  async #open(): Promise<void> {
    const port = await this.#options.open();
    const since = Date.now();
    const transport = connect(port);
    for (const name of this.#listeners.names) {
      transport.subscribe(name, (event) => this.#listeners.tell(name, event));
    }
    this.#current = transport;
    port.onClose(() => {
      this.#current = null;
      if (this.#ended) return;
      if (Date.now() - since > SOUND_MILLISECONDS) this.#pause = FIRST_PAUSE_MILLISECONDS;
      void this.reopen();
    });
  }

  #announce(state: ConnectionState): void {
    this.#lost = state === 'lost';
    for (const listener of this.#connectionListeners) listener(state);
  }
}
