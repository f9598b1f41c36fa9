import type { EventName, EventOf } from './endpoint.ts';

type Listener<Name extends EventName> = (event: EventOf<Name>) => void;

/** Who listens to what the engine tells unasked; the compiler proves that no event is left out. */
export class EventListeners {
  readonly #listeners: { readonly [Name in EventName]: Set<Listener<Name>> } = {
    run: new Set(),
    task: new Set(),
    dataset: new Set(),
    runs: new Set(),
  };

  get names(): readonly EventName[] {
    return Object.keys(this.#listeners) as EventName[];
  }

  /** @returns the function that ends the subscription */
  subscribe<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    const listeners: Set<Listener<Name>> = this.#listeners[name];
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  tell<Name extends EventName>(name: Name, event: EventOf<Name>): void {
    for (const listener of this.#listeners[name] as Set<Listener<Name>>) listener(event);
  }
}
