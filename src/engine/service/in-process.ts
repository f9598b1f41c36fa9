import {
  endpoints,
  type EndpointName,
  type EventName,
  type EventOf,
  type Implementation,
  type Request,
  type Response,
  type Transport,
} from '../../shared/contract/endpoint.ts';
import { knownEndpoint } from '../../shared/contract/known-endpoint.ts';
import type { EventHub } from './event-hub.ts';
import { usageError } from './usage-error.ts';

/**
 * The transport of a host that runs the engine in its own process: nothing crosses but what the schemas allow.
 *
 * @param onFailure told of each request that failed
 */
export function inProcessTransport(
  implementation: Implementation,
  events: EventHub,
  onFailure: (name: EndpointName, error: unknown) => void,
): Transport {
  return {
    async invoke<Name extends EndpointName>(name: Name, request: Request<Name>): Promise<Response<Name>> {
      const { request: requestSchema, response: responseSchema } = endpoints[knownEndpoint(name)];
      const asked = requestSchema.safeParse(request);
      if (!asked.success) throw usageError(name, request, asked.error);
      try {
        const answer = await implementation[name](asked.data as Request<Name>);
        return responseSchema.parse(answer) as Response<Name>;
      } catch (error) {
        onFailure(name, error);
        throw error;
      }
    },
    subscribe<Name extends EventName>(name: Name, listener: (event: EventOf<Name>) => void): () => void {
      return events.subscribe(name, listener);
    },
  };
}
