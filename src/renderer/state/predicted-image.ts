import type { ImageReference, Prediction } from '../../shared/contract/endpoint.ts';

/** One image to say something about. */
export interface PredictedImage {
  readonly key: string;
  readonly name: string;
  readonly reference: Exclude<ImageReference, string>;
  /** What `image.bytes` is asked for. */
  readonly imageId: string;
  /** Null while it waits. */
  readonly prediction: Prediction | null;
}
