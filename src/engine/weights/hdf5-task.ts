import type { MessagePort } from 'node:worker_threads';
import type { SerializedError } from '../../shared/errors/thaw-error.ts';
import type { DatasetPlace } from './hdf5-listing.ts';
import type { LayerConfiguration } from './keras-config.ts';
import type { WeightsFormat } from './weights-file.ts';

/** Where the bytes of an HDF5 file lie: in a file or a part of one, or, where they were packed there, in memory. */
export interface Hdf5Place {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
  /** Given away with the place. */
  readonly content?: Uint8Array<ArrayBuffer>;
}

/** What is asked of a file when it is opened. */
export type Hdf5Task =
  /** The weights that Keras keeps in it. `configurations` come from the archive that the file lies in. */
  | { readonly kind: 'weights'; readonly configurations: ReadonlyMap<string, LayerConfiguration> | null }
  /** The configuration of the model that it is. */
  | { readonly kind: 'configuration'; readonly largestBytes: number };

export interface Hdf5Results {
  readonly weights: { readonly format: WeightsFormat; readonly tensors: ReadonlyMap<string, DatasetPlace> };
  readonly configuration: string | null;
}

/** What the thread that reads a file is started with. */
export interface Hdf5Job {
  readonly place: Hdf5Place;
  readonly task: Hdf5Task;
  /** Where tensors are asked for, one at a time. */
  readonly port: MessagePort;
  /** A counter, raised with each that was sent. */
  readonly sent: Int32Array<SharedArrayBuffer>;
}

export interface Hdf5Request {
  readonly dataset: string;
  readonly bytes: number;
}

export type Hdf5Answer<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  /** An error of ours. */
  | { readonly kind: 'refused'; readonly error: SerializedError }
  /** An error of the library's, in its own words. */
  | { readonly kind: 'failed'; readonly reason: string };
