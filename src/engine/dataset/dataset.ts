import type { SkippedImage } from '../../shared/contract/run.ts';

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

export interface DatasetImage {
  /** Relative to the dataset's root, separated by '/'. */
  readonly path: string;
  readonly split: Split;
  /** The index of its class in `Dataset.classes`. */
  readonly label: number;
  readonly bytes: number;
  /** SHA-256 of the file, in hex. */
  readonly contentHash: string;
  /** Where it, or a copy of it, was decided to stay, however the others are divided; that is its `split` then. */
  readonly pinned?: Split;
  /** In code-point order. */
  readonly tags?: readonly string[];
}

/** A folder of images as it stood when it was opened. */
export interface Dataset {
  /** Absolute, links resolved. */
  readonly root: string;
  /** Sorted by code point. */
  readonly classes: readonly string[];
  /** Sorted by split (train, validation, test), then by class, then by path in code-point order. */
  readonly images: readonly DatasetImage[];
  /** Files of the class folders that are not used, sorted by path. */
  readonly skipped: readonly SkippedImage[];
  /** SHA-256, in hex, over the sorted lines of split, class, path and content hash, with tags and that it is pinned where that is so. */
  readonly version: string;
}
