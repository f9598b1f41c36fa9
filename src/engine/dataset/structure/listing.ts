import type { SkippedImage } from '../../../shared/contract/run.ts';
import type { Split } from '../dataset.ts';
import type { Entry } from '../dataset-files.ts';
import type { FoundImage } from '../found-image.ts';

export interface ListedFile {
  /** Relative to the dataset's root, separated by '/'. */
  readonly path: string;
  /** Absolute, links resolved. */
  readonly realPath: string;
  readonly split: Split;
  readonly className: string;
}

/** What a structure makes of a folder, before any image is looked at. */
export interface StructureListing {
  /** The classes that it names for training, with or without images; in any order. */
  readonly classNames: readonly string[];
  readonly files: readonly ListedFile[];
  /** Images that lie within other files, already looked at. */
  readonly contained: readonly FoundImage[];
  /** What has no class, with the reason: a folder stands for all that lies in it. */
  readonly outside: readonly { readonly entry: Extract<Entry, { realPath: string }>; readonly reason: string }[];
  /** What may not or cannot be read. */
  readonly refused: readonly SkippedImage[];
  /** The splits that the dataset brings. */
  readonly splits: ReadonlySet<Split>;
  /** For people, how it is laid out. */
  readonly words: string;
  readonly notes: readonly string[];
}

export const OUTSIDE_OF_CLASSES = 'it lies outside of all class folders';
