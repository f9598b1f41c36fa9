import type { RunEventBody } from '../../shared/contract/event.ts';
import type { FeaturesResult } from '../../shared/contract/features.ts';
import type { SerializedError } from '../../shared/errors/thaw-error.ts';
import type { TrainerJob } from './protocol.ts';

/** What the process is told that takes features; the plan is one of training, of which the lower part is used. */
export interface FeaturesJob extends Pick<
  TrainerJob,
  'plan' | 'cacheDirectory' | 'cacheLimitBytes' | 'sourceRunDirectory'
> {
  /** The layer whose output is taken; null takes them where the plan's frozen prefix ends. */
  readonly layer: string | null;
  /** Absolute. */
  readonly output: string;
  /** The version of Thaw. */
  readonly thaw: string;
}

/** Engine to extractor. Closing the channel means `stop`. */
export type ExtractorRequest = { readonly kind: 'extract'; readonly job: FeaturesJob } | { readonly kind: 'stop' };

/** Extractor to engine; the last message is `written` or `failed`. */
export type ExtractorMessage =
  | { readonly kind: 'event'; readonly body: RunEventBody }
  | { readonly kind: 'written'; readonly result: FeaturesResult }
  | { readonly kind: 'failed'; readonly error: SerializedError };
