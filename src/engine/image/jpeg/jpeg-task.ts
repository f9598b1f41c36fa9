import type { Preprocessing } from '../../network/preprocessing.ts';
import type { DecodedJpeg } from './decode-jpeg.ts';

/** What a thread is asked. */
export interface JpegTask {
  readonly number: number;
  /** The path of a file, or its content. */
  readonly input: string | Uint8Array;
  readonly preprocessing: Preprocessing;
}

export interface JpegAnswer {
  readonly number: number;
  readonly decoded: DecodedJpeg | null;
}
