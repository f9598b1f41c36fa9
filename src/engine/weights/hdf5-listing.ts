import type * as h5wasm from 'h5wasm';
import type { Dataset, Group } from 'h5wasm';
import { DTYPE_BYTES, isFloat, type Dtype } from './dtype.ts';
import { DAMAGED_HINT, claimedElements, unreadable } from './files.ts';
import type { ListedTensor } from './weights-file.ts';

const LARGEST_WEIGHT_BYTES = 2 ** 31 - 1;
/** Weights barely compress; a file that claims far more than its own size is a bomb, not a network. */
const LARGEST_EXPANSION = 64;

const LONGEST_TEXT_BYTES = 1 << 16;
/** HDF5's class of bytes that it knows nothing of. */
const OPAQUE_CLASS = 5;

/** A tensor and the dataset that holds it. */
export interface DatasetPlace extends ListedTensor {
  /** The dataset's path in the file. */
  readonly dataset: string;
}

/** An HDF5 file while what is in it is listed. */
export interface Hdf5Listing {
  readonly library: typeof h5wasm;
  readonly root: Group;
  readonly path: string;
  readonly fileBytes: number;
}

/** A group below another one, or null where there is none of that name. */
export function childGroup({ library }: Hdf5Listing, parent: Group, name: string): Group | null {
  const child = parent.get(name);
  return child instanceof library.Group ? child : null;
}

/** A text that Keras keeps beside what it describes; null where there is none, or one that no name is as long as. */
export function textAttribute({ attrs }: Group | Dataset, name: string): string | null {
  const found = attrs[name];
  if (found === undefined || found.metadata.size * found.metadata.total_size > LONGEST_TEXT_BYTES) return null;
  const value = found.value;
  return typeof value === 'string' && value !== '' ? value : null;
}

/** HDF5's classes of whole numbers and of floats; the type itself tells the rest. */
function dtypeOf(type: number, bytes: number, signed: boolean): Dtype | null {
  const name = type === 1 ? `float${bytes * 8}` : type === 0 ? `${signed ? '' : 'u'}int${bytes * 8}` : '';
  return Object.hasOwn(DTYPE_BYTES, name) ? (name as Dtype) : null;
}

/**
 * Where a dataset lies and what it holds; null for what are no numbers.
 *
 * @throws ThawError `weights.unreadable` for one that is missing, big-endian or larger than its file could mean
 */
export function datasetPlace(listing: Hdf5Listing, group: Group, name: string): DatasetPlace | null {
  const { library, path, fileBytes } = listing;
  const dataset = group.get(name);
  if (!(dataset instanceof library.Dataset)) {
    throw unreadable(
      path,
      `Every weight that a layer lists is in its group; '${name}' of '${group.path}' is not.`,
      DAMAGED_HINT,
    );
  }
  const { shape, size, type, signed, littleEndian } = dataset.metadata;
  const isOpaque = type === OPAQUE_CLASS;
  // HDF5 has no such type: Keras 3 writes the bits and says what they mean.
  const isBrain = isOpaque && size === 2 && textAttribute(dataset, 'dtype') === 'bfloat16';
  const dtype = isBrain ? 'bfloat16' : dtypeOf(type, size, signed);
  if (dtype === null) return null;
  if (!littleEndian && !isOpaque) {
    throw unreadable(
      path,
      `Thaw reads Keras weights of little-endian numbers; '${name}' is big-endian ${dtype}.`,
      'Save the weights on a little-endian machine.',
    );
  }
  const elements = shape === null ? null : claimedElements(shape);
  if (shape === null || elements === null || elements * size > fileBytes * LARGEST_EXPANSION) {
    throw unreadable(
      path,
      `A weight fits in its file; '${name}' claims the shape [${shape?.join(', ') ?? ''}] in ${fileBytes} bytes.`,
      DAMAGED_HINT,
    );
  }
  if (elements * size > LARGEST_WEIGHT_BYTES) {
    throw unreadable(
      path,
      `A weight of an .h5 file has at most ${LARGEST_WEIGHT_BYTES} bytes; '${name}' of the shape [${shape.join(', ')}] has ${elements * size}.`,
      'Save the weights as safetensors.',
    );
  }
  return {
    shape,
    dtype,
    storedName: name,
    isWeight: isFloat(dtype),
    dataset: dataset.path,
  };
}

/** @throws ThawError `weights.unreadable` where the tensors of a file claim more than it could mean */
export function checkClaims(path: string, tensors: ReadonlyMap<string, DatasetPlace>, fileBytes: number): void {
  let claimed = 0;
  for (const [name, { shape, dtype }] of tensors) {
    claimed += shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
    if (claimed > fileBytes * LARGEST_EXPANSION) {
      throw unreadable(
        path,
        `The weights of a file fit in it; up to '${name}' they claim ${claimed} bytes of ${fileBytes}.`,
        DAMAGED_HINT,
      );
    }
  }
}
