import type { Outcome } from '../../shared/contract/wire.ts';

/** What only the process that started the engine may ask of it: to let the window name a path; to end. */
export type HostRequest =
  { readonly kind: 'grant'; readonly id: number; readonly path: string } | { readonly kind: 'end' };

/** `ready` comes once; `granted` answers with a `FileEntry`. */
export type HostMessage =
  { readonly kind: 'ready' } | { readonly kind: 'granted'; readonly id: number; readonly outcome: Outcome };
