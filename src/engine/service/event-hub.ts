import type { EventName, EventOf } from '../../shared/contract/endpoint.ts';
import type { RunEventBody } from '../../shared/contract/event.ts';

type Listener<Name extends EventName> = (event: EventOf<Name>) => void;

/** Hands events to whoever listens, numbering those of each run from 1 without gaps. */
export class EventHub {
  readonly #listeners: { readonly [Name in EventName]: Set<Listener<Name>> } = { run: new Set() };
  readonly #sequences = new Map<string, number>();

  /** @returns the function that ends the subscription */
  subscribe<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    const listeners: Set<Listener<Name>> = this.#listeners[name];
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  tellRun(runId: string, body: RunEventBody): void {
    const sequence = (this.#sequences.get(runId) ?? 0) + 1;
    this.#sequences.set(runId, sequence);
    const event: EventOf<'run'> = { runId, sequence, time: Date.now(), body };
    for (const listener of this.#listeners.run) listener(event);
  }
}
