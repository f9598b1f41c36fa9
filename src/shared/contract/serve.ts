import { ThawError, type SerializedError } from '../errors/thaw-error.ts';
import { events, type EndpointName, type EventName, type Transport } from './endpoint.ts';
import { knownEndpoint } from './known-endpoint.ts';
import type { EngineMessage, Invocation, Port } from './wire.ts';

export interface ServeOptions {
  /** Writes an unforeseen error down and gives what the client is told of it. */
  readonly onDefect: (error: unknown) => SerializedError;
}

/** A client that speaks another language is not answered but hung up on: it has no `id` to be refused by. */
function readInvocation(message: unknown): Invocation | null {
  if (typeof message !== 'object' || message === null) return null;
  const { kind, id, name, request } = message as Record<string, unknown>;
  if (kind !== 'invoke' || !Number.isSafeInteger(id) || typeof name !== 'string') return null;
  return { kind, id: id as number, name: name as EndpointName, request };
}

/**
 * Answers a client through a port, and tells it every event from now on. The transport checks what it is asked, so the
 * port may lead to anyone who was let in.
 *
 * @returns the function that ends it; the port stays open
 */
export function serve(port: Port, transport: Transport, { onDefect }: ServeOptions): () => void {
  let open = true;
  const post = (message: EngineMessage): void => {
    if (open) port.post(message);
  };

  async function answer({ id, name, request }: Invocation): Promise<void> {
    try {
      post({ kind: 'answer', id, response: await transport.invoke(knownEndpoint(name), request as never) });
    } catch (error) {
      post({ kind: 'refusal', id, error: error instanceof ThawError ? error.toJSON() : onDefect(error) });
    }
  }

  const endings = (Object.keys(events) as EventName[]).map((name) =>
    transport.subscribe(name, (event) => post({ kind: 'event', name, event })),
  );
  endings.push(
    port.onMessage((message) => {
      const invocation = readInvocation(message);
      if (invocation) void answer(invocation);
      else port.close();
    }),
  );
  const end = (): void => {
    open = false;
    for (const ending of endings.splice(0)) ending();
  };
  endings.push(port.onClose(end));
  return end;
}
