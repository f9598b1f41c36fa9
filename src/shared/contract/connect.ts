import { ThawError } from '../errors/thaw-error.ts';
import type { EndpointName, EventName, EventOf, Request, Response, Transport } from './endpoint.ts';
import { EventListeners } from './event-listeners.ts';
import type { EngineMessage, Invocation, Port } from './wire.ts';

interface Pending {
  readonly resolve: (response: unknown) => void;
  readonly reject: (error: ThawError) => void;
}

/** What every request is told that the engine can no longer answer. */
export function engineLost(): ThawError {
  return new ThawError(
    'engine.lost',
    'The engine must answer, but the connection to it ended.',
    'It is being reached again; what was under way stands in the list of runs, with Resume where it was interrupted.',
  );
}

/**
 * The engine as seen through a port. Requests that the port's end leaves unanswered, and those made after it, are refused
 * with `engine.lost`. Schemas are the engine's affair: what it sends is trusted here.
 */
export function connect(port: Port): Transport {
  const pending = new Map<number, Pending>();
  const listeners = new EventListeners();
  let lastId = 0;
  let closed = false;

  function settle(id: number, how: (waiting: Pending) => void): void {
    const waiting = pending.get(id);
    pending.delete(id);
    if (waiting) how(waiting);
  }

  port.onMessage((received) => {
    const message = received as EngineMessage;
    switch (message.kind) {
      case 'answer':
        settle(message.id, ({ resolve }) => resolve(message.response));
        return;
      case 'refusal':
        settle(message.id, ({ reject }) => reject(ThawError.from(message.error)));
        return;
      case 'event':
        listeners.tell(message.name, message.event as EventOf<EventName>);
        return;
    }
  });
  port.onClose(() => {
    closed = true;
    for (const { reject } of pending.values()) reject(engineLost());
    pending.clear();
  });

  return {
    invoke<Name extends EndpointName>(name: Name, request: Request<Name>): Promise<Response<Name>> {
      return new Promise((resolve, reject) => {
        if (closed) {
          reject(engineLost());
          return;
        }
        lastId += 1;
        pending.set(lastId, { resolve: (response) => resolve(response as Response<Name>), reject });
        const invocation: Invocation = { kind: 'invoke', id: lastId, name, request };
        try {
          port.post(invocation);
        } catch (error) {
          pending.delete(lastId);
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    },
    subscribe<Name extends EventName>(name: Name, listener: (event: EventOf<Name>) => void): () => void {
      return listeners.subscribe(name, listener);
    },
  };
}
