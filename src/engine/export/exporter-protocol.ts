import type { CheckpointChoice } from '../../shared/contract/checkpoint.ts';
import type { ExportedModel, ModelFormat, Quantisation } from '../../shared/contract/model-export.ts';
import type { SerializedError } from '../../shared/errors/thaw-error.ts';
import type { CardFacts } from './model-card.ts';

/** An image of the validation that an export is tested with. */
export interface ReferenceImage {
  /** Absolute. */
  readonly file: string;
  /** SHA-256 in hex: what has changed since is no reference. */
  readonly contentHash: string;
}

/** What the process is told that exports a model: everything, so that it opens neither the log nor the settings. */
export interface ExportJob {
  readonly runDirectory: string;
  readonly checkpoint: CheckpointChoice;
  readonly format: ModelFormat;
  /** null for float32. */
  readonly quantisation: Quantisation | null;
  /** The folder that is made, absolute. */
  readonly target: string;
  /** Where it is written until it is whole, on the same disk; whoever asks removes what is left of it. */
  readonly aside: string;
  readonly references: readonly ReferenceImage[];
  readonly card: CardFacts;
}

export type ExportDone = Pick<ExportedModel, 'files' | 'bytes' | 'selfTest' | 'predicts' | 'warnings'>;

/** Exporter to engine; the last message is `answered` or `failed`. */
export type ExporterMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly detail: string }
  | { readonly kind: 'answered'; readonly answer: ExportDone }
  | { readonly kind: 'failed'; readonly error: SerializedError };
