import type { Dataset, Group } from 'h5wasm';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { DTYPE_BYTES, isFloat, toFloat32, type Dtype } from './dtype.ts';
import { DAMAGED_HINT, claimedElements, noSuchTensor, unreadable } from './files.ts';
import { hdf5Problem, openHdf5, type Hdf5File, type Hdf5Place } from './hdf5.ts';
import type { ListedTensor, StoredWeights, WeightsFormat } from './weights-file.ts';

/** What the library, whose addresses have 32 bits, is known to read. */
const LARGEST_FILE_BYTES = 2 ** 31 - 1;
const LARGEST_WEIGHT_BYTES = 2 ** 31 - 1;
/** Weights barely compress; a file that claims far more than its own size is a bomb, not a network. */
const LARGEST_EXPANSION = 64;
/** A healthy file of this size is walked in a hundredth of it. */
const SLOWEST_BYTES_PER_MILLISECOND = 20_000;
const SHORTEST_LIMIT_MILLISECONDS = 3000;

const LONGEST_TEXT_BYTES = 1 << 16;
/** HDF5's class of bytes that it knows nothing of. */
const OPAQUE_CLASS = 5;

/** A tensor and the dataset that holds it. */
export interface DatasetPlace extends ListedTensor {
  /** The dataset's path in the file. */
  readonly dataset: string;
  /** Chunks hang on a tree of their own, which is first followed when they are read. */
  readonly isChunked: boolean;
}

/** An HDF5 file while what is in it is listed. */
export interface Hdf5Listing {
  readonly library: Hdf5File['library'];
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
  const { shape, size, type, signed, littleEndian, chunks } = dataset.metadata;
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
    isChunked: chunks !== null,
  };
}

function checkClaims(path: string, tensors: ReadonlyMap<string, DatasetPlace>, fileBytes: number): void {
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

/**
 * Opens an HDF5 file, or a part of another file that is one, and lists it.
 *
 * @param list says what is in it: its format, and its tensors by their names
 * @throws ThawError `weights.unreadable` for one that is damaged, or what `list` throws
 */
export async function openHdf5Weights(
  place: Hdf5Place,
  list: (listing: Hdf5Listing) => {
    readonly format: WeightsFormat;
    readonly tensors: ReadonlyMap<string, DatasetPlace>;
  },
): Promise<StoredWeights> {
  const { path, bytes: fileBytes } = place;
  if (fileBytes > LARGEST_FILE_BYTES) {
    throw unreadable(
      path,
      `An .h5 file is read up to ${LARGEST_FILE_BYTES} bytes; this one has ${fileBytes}.`,
      'Save the weights without the optimizer, or as safetensors.',
    );
  }
  const explained = (error: unknown): unknown =>
    error instanceof ThawError
      ? error
      : unreadable(
          path,
          `An .h5 file is complete HDF5; reading it ended with: ${hdf5Problem(error)}.`,
          DAMAGED_HINT,
          error,
        );
  const limit = Math.ceil(SHORTEST_LIMIT_MILLISECONDS + fileBytes / SLOWEST_BYTES_PER_MILLISECOND);
  const file = await openHdf5(place, limit).catch((error: unknown) => {
    throw explained(error);
  });
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw explained(error);
    }
  };
  const { library, root } = file;
  try {
    const { format, tensors } = guarded(() => file.run(() => list({ library, root, path, fileBytes }), limit));
    checkClaims(path, tensors, fileBytes);
    return {
      path,
      format,
      framework: 'keras',
      files: [path],
      tensors,
      read: (name) => {
        const found = tensors.get(name);
        if (found === undefined) throw noSuchTensor(path, name);
        const { shape, dtype, dataset, isChunked } = found;
        const bytes = shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
        return toFloat32(
          guarded(() => file.bytesOf(dataset, bytes, isChunked ? limit : null)),
          dtype,
        );
      },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}
