import type { StoredTensor } from '../network/stored-tensor.ts';
import type { Dtype } from './dtype.ts';

/** What a weight file says of one tensor, before its values are read. */
export interface TensorEntry {
  /** As the file has it; as the network has it once the file was given the network's names. */
  readonly shape: readonly number[];
  /** As the file has it; values are always read as float32. */
  readonly dtype: Dtype;
  /** What the file itself calls it. */
  readonly storedName: string;
  /** How the file keeps it, once the file was given the network's names and where its layout is another one. */
  readonly stored?: StoredTensor;
}

/** A tensor as its file lists it. */
export interface ListedTensor extends TensorEntry {
  /** False for counters and for what an optimizer keeps beside the weights. */
  readonly isWeight: boolean;
}

/** The formats that are read, by the names the load report gives them. */
export type WeightsFormat =
  /** Those of a fused network, of whatever formats. */
  | 'fused'
  | 'keras-h5'
  | 'keras-v3-h5'
  | 'keras-archive'
  | 'npz'
  | 'safetensors'
  | 'tensorflow-checkpoint'
  | 'tensorflow-checkpoint-v1'
  | 'tensorflow-graph'
  | 'tensorflow-saved-model'
  | 'tfjs-layers'
  | 'torch-pickle'
  | 'torch-zip';

/** Who names the tensors of a file and lays them out; null where the format leaves that open. */
export type Framework = 'keras' | 'tensorflow' | 'torch';

interface ReadableFile<Entry extends TensorEntry> {
  readonly path: string;
  readonly format: WeightsFormat;
  readonly framework: Framework | null;
  /** By the name that Thaw gives it, `<layer>/<role>` where the file tells both, in the file's own order. */
  readonly tensors: ReadonlyMap<string, Entry>;
  /**
   * The values of one tensor, row by row, a copy that belongs to the caller.
   *
   * @throws ThawError `weights.unreadable` for values that cannot be read, `weights.mismatch` for a name not in `tensors`
   */
  read(name: string): Float32Array;
  /** Gives back what the file holds (descriptors, memory); nothing can be read afterwards. */
  close(): void;
}

/** A weight file as its reader opens it: everything in it is listed, and only what lists it was read. */
export interface StoredWeights extends ReadableFile<ListedTensor> {
  /** What it consists of, in the order in which its hash takes them. */
  readonly files: readonly string[];
}

/** An opened weight file: its weights are listed, their values are read one by one, when asked for. */
export interface WeightsFile extends ReadableFile<TensorEntry> {
  /** Of the file, or of the concatenated files of a folder in name order; lower-case hexadecimal. */
  readonly sha256: string;
  /** What is no weight by its name; a graph may still use it: Keras 3 writes its variables twice. */
  readonly others?: ReadonlyMap<string, TensorEntry>;
}
