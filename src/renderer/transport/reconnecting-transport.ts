import type { ConnectionState } from '../../shared/contract/bridge.ts';
import { connect, engineLost } from '../../shared/contract/connect.ts';
import {
  events,
  type EndpointName,
  type EventName,
  type EventOf,
  type Request,
  type Response,
  type Transport,
} from '../../shared/contract/endpoint.ts';
import type { Port } from '../../shared/contract/wire.ts';

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 5000;

type Listeners = { readonly [Name in EventName]: Set<(event: EventOf<Name>) => void> };

/**
 * A transport over a port that is opened again whenever it closed. While it is closed requests are refused with
 * `engine.lost`; subscriptions outlive it, but what was told meanwhile is missed: see `runs.attach`.
 */
export class ReconnectingTransport implements Transport {
  readonly #open: () => Promise<Port>;
  readonly #listeners: Listeners = { run: new Set(), task: new Set() };
  readonly #connectionListeners = new Set<(state: ConnectionState) => void>();
  #current: Transport | null = null;

  private constructor(open: () => Promise<Port>) {
    this.#open = open;
  }

  /** @throws whatever `open` throws the first time */
  static async start(open: () => Promise<Port>): Promise<ReconnectingTransport> {
    const transport = new ReconnectingTransport(open);
    transport.#use(await open());
    return transport;
  }

  invoke<Name extends EndpointName>(name: Name, request: Request<Name>): Promise<Response<Name>> {
    return this.#current ? this.#current.invoke(name, request) : Promise.reject(engineLost());
  }

  subscribe<Name extends EventName>(name: Name, listener: (event: EventOf<Name>) => void): () => void {
    const listeners = this.#listeners[name] as Set<(event: EventOf<Name>) => void>;
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  onConnection(listener: (state: ConnectionState) => void): () => void {
    this.#connectionListeners.add(listener);
    return () => void this.#connectionListeners.delete(listener);
  }

  #use(port: Port): void {
    const transport = connect(port);
    for (const name of Object.keys(events) as EventName[]) {
      transport.subscribe(name, (event) => this.#tell(name, event));
    }
    port.onClose(() => {
      this.#current = null;
      this.#announce('lost');
      void this.#reopen();
    });
    this.#current = transport;
  }

  #tell<Name extends EventName>(name: Name, event: EventOf<Name>): void {
    for (const listener of this.#listeners[name] as Set<(event: EventOf<Name>) => void>) listener(event);
  }

  #announce(state: ConnectionState): void {
    for (const listener of this.#connectionListeners) listener(state);
  }

  async #reopen(): Promise<void> {
    for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS)) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      try {
        this.#use(await this.#open());
        this.#announce('connected');
        return;
      } catch {
        // It is not back yet.
      }
    }
  }
}
