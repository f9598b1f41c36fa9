import type { Quantisation } from '../../shared/contract/model-export.ts';
import type { Network } from '../network/layer.ts';
import type { TrainingState } from '../training/checkpoint.ts';
import type { ExportedNetwork } from './exported-network.ts';
import type { TestImages } from './reference-images.ts';

/** A runtime of the format's own ecosystem, as far as it runs here. */
export interface SelfTest {
  /** For people: `TensorFlow 2.21.0`. */
  readonly runtime: string;
  /** float32 [images, classes], row-major; null where only the sample can tell. */
  readonly probabilities: Float32Array | null;
  /** The same of its other ways in, where it has several; of all images or of the drawn ones, which are the last. */
  readonly further?: readonly Float32Array[];
}

/** How a network is written for other programs. */
export interface ExportFormat {
  /**
   * Writes the files that are particular to it.
   *
   * @param quantisation null for float32; never another value in a format that is none of `QUANTISED_FORMATS`
   */
  readonly write: (
    model: ExportedNetwork,
    folder: string,
    state: TrainingState,
    quantisation: Quantisation | null,
  ) => Promise<void>;
  /** The file that `sample` becomes: `predict.py`, and for what runs in JavaScript `predict.mjs`. */
  readonly program: 'predict.py' | 'predict.mjs';
  /**
   * The program for its runtime.
   *
   * @param allowed how far a probability may lie from Thaw's
   */
  readonly sample: (model: Omit<ExportedNetwork, 'values'>, allowed: number) => string;
  /** Whether `program` predicts, and with `--check` compares; of every network where it is left out. */
  readonly predicts?: (model: Omit<ExportedNetwork, 'values'>) => boolean;
  /** So many images of the validation it is tested with at most; `MOST_REFERENCES` where it is left out. */
  readonly mostReferences?: (network: Network) => number;
  /** Loads what was written. @throws ThawError where it cannot be loaded or read back */
  readonly test: (folder: string, images: TestImages, model: ExportedNetwork) => Promise<SelfTest>;
  /** What is written and how it is used, in Markdown. */
  readonly files: (model: Omit<ExportedNetwork, 'values'>) => readonly (readonly [name: string, what: string])[];
}
