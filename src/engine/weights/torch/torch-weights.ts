import { rowMajorStrides, stridedCopy } from '../../network/strided-copy.ts';
import { MalformedBytes } from '../byte-reader.ts';
import { DTYPE_BYTES, isFloat, toFloat32 } from '../dtype.ts';
import { DAMAGED_HINT, noSuchTensor, unreadable } from '../files.ts';
import { MalformedPickle, RefusedGlobal, shownValue } from '../pickle/values.ts';
import type { ListedTensor, StoredWeights, WeightsFormat } from '../weights-file.ts';
import { stateDictionary } from './state-dict.ts';
import type { TorchTensor } from './torch-tensor.ts';

/** Tensors may share a storage or repeat a number, but a file that claims far more than its own size is a bomb. */
const LARGEST_EXPANSION = 64;

/** Where the bytes of storages lie. */
export interface StorageBytes {
  /** Bytes that the file holds under a storage's key; null where it holds none. */
  available(key: string): number | null;
  /** Bytes that are unpacked to read any part of a storage, unless it was the last one read; 0 where none is packed. */
  unpackedBytes(key: string): number;
  read(key: string, offset: number, length: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

/** An error about a pickle as one about its file. */
export function explainedPickle(path: string, error: unknown): unknown {
  if (error instanceof RefusedGlobal) {
    return unreadable(
      path,
      `A PyTorch file is read where it names only what tensors are made of; this one names '${error.global}', which was not run.`,
      'Where you trust the file, load it in PyTorch and save the state_dict of its model alone: torch.save(model.state_dict(), "weights.pth").',
    );
  }
  if (!(error instanceof MalformedPickle || error instanceof MalformedBytes)) return error;
  return unreadable(path, `A PyTorch file holds a complete pickle of tensors; ${error.message}.`, DAMAGED_HINT, error);
}

function isContiguous({ shape, strides }: TorchTensor): boolean {
  return rowMajorStrides(shape).every((stride, axis) => (shape[axis] ?? 0) <= 1 || strides[axis] === stride);
}

function checked(path: string, tensors: ReadonlyMap<string, TorchTensor>, storages: StorageBytes, fileBytes: number) {
  let claimed = 0;
  let unpacked = 0;
  let previous: string | null = null;
  for (const [name, { storage, dtype, shape }] of tensors) {
    const wanted = (storage.start + storage.elements) * (storage.dtype === null ? 1 : DTYPE_BYTES[storage.dtype]);
    const available = storages.available(storage.key);
    if (available === null || available < wanted) {
      throw unreadable(
        path,
        `Every storage of a PyTorch file lies in it; that of '${name}', '${shownValue(storage.key)}', has ${available ?? 'none'} of its ${wanted} bytes.`,
        DAMAGED_HINT,
      );
    }
    claimed += shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
    if (storage.key !== previous) unpacked += storages.unpackedBytes(storage.key);
    previous = storage.key;
    if (unpacked > fileBytes * LARGEST_EXPANSION) {
      throw unreadable(
        path,
        `A packed storage is unpacked for the tensors on it; up to '${name}' that makes ${unpacked} bytes of a file of ${fileBytes}.`,
        'Unpack the archive, and save the weights in PyTorch again.',
      );
    }
    if (claimed > fileBytes * LARGEST_EXPANSION) {
      throw unreadable(
        path,
        `The tensors of a file fit in it; up to '${name}' they claim ${claimed} bytes of ${fileBytes}.`,
        DAMAGED_HINT,
      );
    }
  }
}

function values(tensor: TorchTensor, storages: StorageBytes): Float32Array {
  const { storage, dtype, offset, shape, strides, extent } = tensor;
  const width = DTYPE_BYTES[dtype];
  const start = storage.start * (storage.dtype === null ? 1 : DTYPE_BYTES[storage.dtype]) + offset * width;
  const numbers = toFloat32(storages.read(storage.key, start, extent * width), dtype);
  return isContiguous(tensor) ? numbers : stridedCopy(numbers, shape, strides);
}

/**
 * The weights of an unpickled object of PyTorch's, by the names of its state dictionary.
 *
 * @throws ThawError `weights.unreadable` where no tensor is in it, or a storage is missing or too short
 */
export function torchWeights(
  file: { readonly path: string; readonly bytes: number; readonly format: WeightsFormat },
  root: unknown,
  storages: StorageBytes,
): StoredWeights {
  const { path, format } = file;
  const tensors = stateDictionary(root);
  if (tensors.size === 0) {
    throw unreadable(
      path,
      'A PyTorch file of weights holds a state_dict, alone or in a dictionary; no tensor with a name was found.',
      'Save it with torch.save(model.state_dict(), "weights.pth").',
    );
  }
  checked(path, tensors, storages, file.bytes);
  const entries = [...tensors].map(([name, { shape, dtype }]): [string, ListedTensor] => [
    name,
    { shape, dtype, storedName: name, isWeight: isFloat(dtype) },
  ]);
  return {
    path,
    format,
    framework: 'torch',
    files: [path],
    tensors: new Map(entries),
    read: (name) => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw noSuchTensor(path, name);
      return values(tensor, storages);
    },
    close: () => storages.close(),
  };
}
