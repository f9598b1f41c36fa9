import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Quantisation } from '../../../shared/contract/model-export.ts';
import { elementCount } from '../../network/shape.ts';

/** A weight as tfjs keeps it. */
export interface ManifestTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
  /** Whether its values bear being rounded to 256 steps; where it is left out those of matrices and kernels do. */
  readonly bearsRounding?: boolean;
}

type Storage =
  | { readonly dtype: 'float16'; readonly original_dtype: 'float32' }
  | { readonly dtype: 'uint8'; readonly original_dtype: 'float32'; readonly scale: number; readonly min: number };

/** What `model.json` says of its weights: one group, whose shards are read as one. */
export type WeightsManifest = readonly {
  readonly paths: readonly string[];
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: 'float32' | 'int32';
    readonly quantization?: Storage;
  }[];
}[];

/** As tfjs' own converter cuts them, so that browsers cache them. */
const SHARD_BYTES = 4 << 20;
const LARGEST_FLOAT16 = 65_504;
const MOST_STEPS = 255;
/**
 * Kernels of fewer values keep them: they are the first of a network, through which all of an image goes, and weigh next to
 * nothing. Of networks of millions of weights they are a hundredth. Of the shipped MobileNet v1 0.25 they are half; where they are
 * rounded too its probabilities differ by 0.022, else by 0.002.
 */
const FEWEST_ROUNDED = 20_000;

interface Stored {
  readonly bytes: Uint8Array;
  readonly storage: Storage | null;
}

function plain(data: Float32Array | Int32Array): Stored {
  return { bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), storage: null };
}

function asFloat16(data: Float32Array): Stored {
  const bytes = new Uint8Array(data.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < data.length; index += 1) {
    const value = data[index] ?? 0;
    if (Math.abs(value) > LARGEST_FLOAT16) return plain(data);
    view.setFloat16(index * 2, value, true);
  }
  return { bytes, storage: { dtype: 'float16', original_dtype: 'float32' } };
}

/** 0 is one of the steps, so that what is nothing stays nothing. */
function asBytes(data: Float32Array): Stored {
  let [least, most] = [0, 0];
  for (let index = 0; index < data.length; index += 1) {
    const value = data[index] ?? 0;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  // What tfjs multiplies by is a float32.
  const scale = Math.fround((most - least) / MOST_STEPS);
  if (scale === 0 || !Number.isFinite(scale)) return plain(data);
  const zero = Math.round(-least / scale);
  const bytes = new Uint8Array(data.length);
  for (let index = 0; index < data.length; index += 1) {
    bytes[index] = Math.min(MOST_STEPS, Math.max(0, Math.round((data[index] ?? 0) / scale) + zero));
  }
  return { bytes, storage: { dtype: 'uint8', original_dtype: 'float32', scale, min: -zero * scale } };
}

/** Vectors (biases, what a BatchNorm learnt) are a hundredth of a network, and all of a channel hangs on each of them. */
function stored({ data, shape, bearsRounding }: ManifestTensor, quantisation: Quantisation | null): Stored {
  if (quantisation === null || !(data instanceof Float32Array) || shape.length < 2) return plain(data);
  if (quantisation === 'float16') return asFloat16(data);
  return (bearsRounding ?? true) && data.length >= FEWEST_ROUNDED ? asBytes(data) : plain(data);
}

/** Cuts what comes into files of a shard's size, each with a name once it is known how many they are. */
class Shards {
  readonly #pieces: Uint8Array[][] = [];
  #room = 0;

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#room === 0) {
        this.#pieces.push([]);
        this.#room = SHARD_BYTES;
      }
      const piece = bytes.subarray(at, at + this.#room);
      this.#pieces.at(-1)?.push(piece);
      this.#room -= piece.length;
      at += piece.length;
    }
  }

  async write(folder: string): Promise<readonly string[]> {
    const names = this.#pieces.map((_, index) => `group1-shard${index + 1}of${this.#pieces.length}.bin`);
    for (const [index, pieces] of this.#pieces.entries()) {
      await writeFile(path.join(folder, names[index] ?? ''), pieces, { flag: 'wx' });
    }
    return names;
  }
}

/**
 * Writes weights as tfjs reads them, in shards of 4 MiB beside `model.json`, and says what stands there of them as
 * `weightsManifest` (https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts).
 *
 * @param quantisation null for the values as they are; else kernels and matrices are stored as half precision, or the large
 *   ones as 256 steps from the smallest to the largest value
 */
export async function writeManifestWeights(
  folder: string,
  tensors: Iterable<ManifestTensor>,
  quantisation: Quantisation | null,
): Promise<WeightsManifest> {
  const shards = new Shards();
  const weights: WeightsManifest[number]['weights'][number][] = [];
  for (const tensor of tensors) {
    const { name, shape, data } = tensor;
    if (elementCount(shape) !== data.length) {
      throw new TypeError(`'${name}' has ${data.length} values for the shape [${shape.join(', ')}]`);
    }
    const { bytes, storage } = stored(tensor, quantisation);
    shards.add(bytes);
    const dtype = data instanceof Float32Array ? 'float32' : 'int32';
    weights.push({ name, shape, dtype, ...(storage && { quantization: storage }) });
  }
  return [{ paths: await shards.write(folder), weights }];
}
