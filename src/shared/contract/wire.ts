import type { SerializedError } from '../errors/thaw-error.ts';
import type { EndpointName, EventName } from './endpoint.ts';

/** Client to engine. `id` is the client's own and comes back with the answer. */
export interface Invocation {
  readonly kind: 'invoke';
  readonly id: number;
  readonly name: EndpointName;
  readonly request: unknown;
}

/** Engine to client. */
export type EngineMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly response: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: SerializedError }
  | { readonly kind: 'event'; readonly name: EventName; readonly event: unknown };

/** How an answer crosses where errors lose their fields on the way: Electron's bridge. */
export type Outcome =
  | { readonly kind: 'answer'; readonly response: unknown }
  | { readonly kind: 'refusal'; readonly error: SerializedError };

/** Two ends that pass structured values, typed arrays included, in order; it knows nothing of what they mean. */
export interface Port {
  post(message: unknown): void;
  /** @returns the function that ends the subscription */
  onMessage(listener: (message: unknown) => void): () => void;
  /** Called once, when nothing passes any more. @returns the function that ends the subscription */
  onClose(listener: () => void): () => void;
  close(): void;
}
