import { tensorBytes } from '../../network/tensor-memory.ts';
import { stat } from 'node:fs/promises';
import { ByteReader, MalformedBytes } from '../byte-reader.ts';
import { DTYPE_BYTES } from '../dtype.ts';
import { DAMAGED_HINT, readInto, unreadable } from '../files.ts';
import { unpickle, type PickleHost } from '../pickle/unpickle.ts';
import { MalformedPickle, PickleDictionary, shownValue } from '../pickle/values.ts';
import type { StoredWeights } from '../weights-file.ts';
import { storageOf } from './storage-id.ts';
import { torchGlobals } from './torch-globals.ts';
import type { TorchStorage } from './torch-tensor.ts';
import { explainedPickle, torchWeights } from './torch-weights.ts';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** Pickles come first; how long they are, only reading them tells. */
const FIRST_BYTES = 1 << 20;
const LARGEST_PICKLE_BYTES = 64 << 20;
const COUNT_BYTES = 8;

interface Pickles {
  readonly object: unknown;
  /** Those that the object names, by key. */
  readonly storages: ReadonlyMap<string, TorchStorage>;
  /** The order in which their numbers follow. */
  readonly keys: readonly string[];
  /** Where the numbers begin. */
  readonly end: number;
}

function readPickles(path: string, bytes: Uint8Array): Pickles {
  const reader = new ByteReader(bytes);
  const storages = new Map<string, TorchStorage>();
  const host: PickleHost = {
    global: torchGlobals(),
    persistent: (id) => {
      const storage = storageOf(id);
      storages.set(storage.key, storages.get(storage.key) ?? storage);
      return storage;
    },
  };
  const magic = unpickle(reader, host);
  if (magic !== MAGIC) throw new MalformedPickle('it does not begin with the number of PyTorch files');
  const protocol = unpickle(reader, host);
  if (protocol !== PROTOCOL) throw new MalformedPickle(`its protocol is ${shownValue(protocol)}`);
  const system = unpickle(reader, host);
  if (system instanceof PickleDictionary && system.entries.get('little_endian') === false) {
    throw unreadable(path, 'Thaw reads little-endian PyTorch files; this one is big-endian.', 'Save it elsewhere.');
  }
  const object = unpickle(reader, host);
  const keys = unpickle(reader, host);
  if (!Array.isArray(keys) || keys.some((key) => typeof key !== 'string')) {
    throw new MalformedPickle('its list of storages is none');
  }
  return { object, storages, keys: keys as readonly string[], end: bytes.length - reader.remaining };
}

/** Reads ever more of the file until the pickles are complete. */
function pickles(path: string, fileBytes: number): Pickles {
  for (let length = FIRST_BYTES; ; length *= 4) {
    const bytes = new Uint8Array(Math.min(length, fileBytes, LARGEST_PICKLE_BYTES));
    readInto(path, 0, bytes);
    try {
      return readPickles(path, bytes);
    } catch (error) {
      const isCut = error instanceof MalformedBytes && length < Math.min(fileBytes, LARGEST_PICKLE_BYTES);
      if (!isCut) throw error;
    }
  }
}

/** Where each storage's numbers lie: one after another, each behind their count. */
function places(
  path: string,
  { storages, keys, end }: Pickles,
  fileBytes: number,
): ReadonlyMap<string, { readonly offset: number; readonly bytes: number }> {
  const found = new Map<string, { readonly offset: number; readonly bytes: number }>();
  const count = Buffer.alloc(COUNT_BYTES);
  let offset = end;
  for (const key of keys) {
    const storage = storages.get(key);
    const width = storage?.dtype == null ? 1 : DTYPE_BYTES[storage.dtype];
    if (storage === undefined || found.has(key)) {
      throw new MalformedPickle(
        `its list of storages has '${key.slice(0, 40)}', which no tensor has or which is there twice`,
      );
    }
    if (offset + COUNT_BYTES > fileBytes) throw new MalformedBytes(`it ends before the storage '${key.slice(0, 40)}'`);
    readInto(path, offset, count);
    const bytes = Number(count.readBigUInt64LE()) * width;
    if (offset + COUNT_BYTES + bytes > fileBytes) {
      throw unreadable(
        path,
        `The numbers of a storage lie in its file; '${key.slice(0, 40)}' claims ${bytes} bytes at ${offset} of ${fileBytes}.`,
        DAMAGED_HINT,
      );
    }
    found.set(key, { offset: offset + COUNT_BYTES, bytes });
    offset += COUNT_BYTES + bytes;
  }
  return found;
}

/**
 * Opens a file of `torch.save` in the format before PyTorch 1.6: pickles of a magic number, a protocol, the system, the object
 * and the names of its storages, then the numbers of those.
 *
 * @throws ThawError `weights.unreadable`; for a class or function that no tensors are made of, by its name
 */
export async function openTorchLegacy(path: string): Promise<StoredWeights> {
  const fileBytes = (await stat(path)).size;
  try {
    const read = pickles(path, fileBytes);
    const found = places(path, read, fileBytes);
    return torchWeights({ path, bytes: fileBytes, format: 'torch-pickle' }, read.object, {
      available: (key) => found.get(key)?.bytes ?? null,
      unpackedBytes: () => 0,
      read: (key, offset, length) => {
        const bytes = tensorBytes(length);
        readInto(path, (found.get(key)?.offset ?? 0) + offset, bytes);
        return bytes;
      },
      close: () => undefined,
    });
  } catch (error) {
    throw explainedPickle(path, error);
  }
}
