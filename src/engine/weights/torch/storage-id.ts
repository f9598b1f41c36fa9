import { MalformedPickle } from '../pickle/values.ts';
import { TorchStorageType } from './torch-globals.ts';
import { TorchStorage } from './torch-tensor.ts';

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * The storage that a persistent id names: `('storage', type, key, location, elements)`, in files of the legacy format with
 * `(key, offset, elements)` of the part that it is of that one, or None.
 *
 * @throws MalformedPickle
 */
export function storageOf(id: unknown): TorchStorage {
  const [what, type, key, , elements, view] = Array.isArray(id) ? (id as readonly unknown[]) : [];
  if (what !== 'storage' || !(type instanceof TorchStorageType) || typeof key !== 'string' || !isCount(elements)) {
    throw new MalformedPickle('a persistent id in it is that of no storage');
  }
  if (!Array.isArray(view)) return new TorchStorage(key, type.dtype, elements);
  const [, start, size] = view as readonly unknown[];
  if (!isCount(start) || !isCount(size) || start + size > elements) {
    throw new MalformedPickle(`a part of the storage '${key.slice(0, 40)}' lies outside it`);
  }
  return new TorchStorage(key, type.dtype, size, start);
}
