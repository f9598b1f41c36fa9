import type { RunEventBody } from '../../shared/contract/event.ts';
import type { FeaturesResult } from '../../shared/contract/features.ts';
import type { SkippedImage } from '../../shared/contract/run.ts';
import type { SerializedError } from '../../shared/errors/thaw-error.ts';
import type { ImageFile } from '../image/image-loader.ts';
import type { Suspect } from './label-mistakes/suspects.ts';
import type { TrainerJob } from './protocol.ts';

/** What features are taken of; the plan is one of training, of which the lower part is used. */
export interface ExtractorJob extends Pick<
  TrainerJob,
  'plan' | 'cacheDirectory' | 'cacheLimitBytes' | 'sourceRunDirectory' | 'partRunDirectories'
> {
  /** The layer whose output is taken; null takes them where the plan's frozen prefix ends. */
  readonly layer: string | null;
}

/** Features that are written to a file. */
export interface FeaturesJob extends ExtractorJob, Pick<TrainerJob, 'home'> {
  /** Absolute. */
  readonly output: string;
  /** The version of Thaw. */
  readonly thaw: string;
}

/** Images that are brought onto a plane by their features. */
export interface EmbeddingJob extends ExtractorJob {
  /** Of the dataset, absolute. */
  readonly root: string;
  readonly images: readonly ImageFile[];
  /** So many of them, the first, are laid out; the others are placed among them. */
  readonly laidOut: number;
}

export interface EmbeddedImages {
  /** The layers whose output was compared. */
  readonly layers: readonly string[];
  /** [images, 2] between 0 and 1; NaN for an image that could not be read. */
  readonly coordinates: Float32Array;
  readonly placed: number;
  readonly skipped: readonly SkippedImage[];
}

/** Images whose labels are judged by classifiers that are trained on the others' features. */
export interface JudgingJob extends ExtractorJob {
  /** Of the dataset, absolute. */
  readonly root: string;
  readonly images: readonly ImageFile[];
  /** Of each image, from 0. */
  readonly labels: Int32Array;
  /** Of each image: those that show the same have the same. */
  readonly groups: Int32Array;
  readonly classes: number;
  readonly folds: number;
  readonly seed: number;
  /** So many suspects are named. */
  readonly most: number;
}

export interface JudgedLabels {
  /** The layers whose output was judged by. */
  readonly layers: readonly string[];
  /** So many could be read. */
  readonly images: number;
  readonly accuracy: number;
  readonly disagreed: number;
  /** By the place of each image in the job, the least believable label first. */
  readonly suspects: readonly Suspect[];
  /** Classes of which nothing is known without the image that is judged. */
  readonly unjudged: readonly number[];
  /** How many images each classifier learnt from where all would have taken too long. */
  readonly fitted: number | null;
  readonly skipped: readonly SkippedImage[];
}

/** Engine to extractor. Closing the channel means `stop`. */
export type ExtractorRequest =
  | { readonly kind: 'extract'; readonly job: FeaturesJob }
  | { readonly kind: 'embed'; readonly job: EmbeddingJob }
  | { readonly kind: 'judge'; readonly job: JudgingJob }
  | { readonly kind: 'stop' };

/** Extractor to engine; the last message is `written`, `embedded`, `judged` or `failed`. */
export type ExtractorMessage =
  | { readonly kind: 'event'; readonly body: RunEventBody }
  | { readonly kind: 'written'; readonly result: FeaturesResult }
  | { readonly kind: 'embedded'; readonly result: EmbeddedImages }
  | { readonly kind: 'judged'; readonly result: JudgedLabels }
  | { readonly kind: 'failed'; readonly error: SerializedError };
