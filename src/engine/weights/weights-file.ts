/** What a weight file says of one tensor, before its values are read. */
export interface TensorEntry {
  /** In TensorFlow's layout, as the network's own tensors. */
  readonly shape: readonly number[];
  readonly dtype: 'float32';
  /** What the file itself calls it. */
  readonly storedName: string;
}

/** The formats that are read, by the names the load report gives them. */
export type WeightsFormat = 'keras-h5' | 'tfjs-layers' | 'safetensors' | 'tensorflow-checkpoint';

/** An opened weight file: its tensors are listed, their values are read one by one, when asked for. */
export interface WeightsFile {
  readonly path: string;
  readonly format: WeightsFormat;
  /** Of the file, or of the concatenated files of a folder in name order; lower-case hexadecimal. */
  readonly sha256: string;
  /** By canonical name `<layer>/<role>`, in the file's own order. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /**
   * The values of one tensor, a copy that belongs to the caller.
   *
   * @throws ThawError `weights.unreadable` for values that cannot be read, `weights.mismatch` for a name not in `tensors`
   */
  read(name: string): Float32Array;
  /** Gives back what the file holds (descriptors, memory); nothing can be read afterwards. */
  close(): void;
}
