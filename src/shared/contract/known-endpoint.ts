import { ThawError } from '../errors/thaw-error.ts';
import { endpoints, type EndpointName } from './endpoint.ts';

/**
 * Checks a name that came from outside.
 *
 * @throws ThawError `usage.invalid` for what is no endpoint
 */
export function knownEndpoint(name: string): EndpointName {
  if (Object.hasOwn(endpoints, name)) return name as EndpointName;
  const hint = 'It may be of another version of Thaw: load the window again.';
  throw new ThawError('usage.invalid', `A request names an endpoint; received '${name}'.`, hint);
}
