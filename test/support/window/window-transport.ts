import type { Page } from 'playwright';
import type {
  EndpointName,
  EventName,
  EventOf,
  Request,
  Response,
  Transport,
} from '../../../src/shared/contract/endpoint.ts';
import type { Outcome } from '../../../src/shared/contract/wire.ts';
import { ThawError } from '../../../src/shared/errors/thaw-error.ts';

type Listener = (event: never) => void;

/** The transport of a desktop's real window, through its preload, driven from here. */
export async function windowTransport(page: Page): Promise<Transport> {
  const listeners = new Map<EventName, Set<Listener>>();
  await page.exposeFunction('tellTest', (name: EventName, event: unknown) => {
    for (const listener of listeners.get(name) ?? []) listener(event as never);
  });
  await page.evaluate(() => {
    const { tellTest } = globalThis as unknown as { tellTest: (name: string, event: unknown) => void };
    window.thaw?.subscribe((name, event) => tellTest(name, event));
  });
  return {
    async invoke<Name extends EndpointName>(name: Name, request: Request<Name>): Promise<Response<Name>> {
      const outcome = (await page.evaluate(([wanted, given]) => window.thaw?.invoke(wanted as never, given), [
        name,
        request,
      ] as const)) as Outcome;
      if (outcome.kind === 'refusal') throw ThawError.from(outcome.error);
      return outcome.response as Response<Name>;
    },
    subscribe<Name extends EventName>(name: Name, listener: (event: EventOf<Name>) => void): () => void {
      const own = listeners.get(name) ?? new Set();
      listeners.set(name, own.add(listener));
      return () => void own.delete(listener);
    },
  };
}
