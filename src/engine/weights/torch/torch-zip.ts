import { stat } from 'node:fs/promises';
import type { ZipMember } from '../../numpy/zip-reader.ts';
import { METHODS } from '../../numpy/zip-structures.ts';
import { ByteReader } from '../byte-reader.ts';
import { unreadable } from '../files.ts';
import { unpickle } from '../pickle/unpickle.ts';
import type { StoredWeights } from '../weights-file.ts';
import { readMember } from '../zip-members.ts';
import { storageOf } from './storage-id.ts';
import { torchGlobals } from './torch-globals.ts';
import { explainedPickle, torchWeights, type StorageBytes } from './torch-weights.ts';

const LARGEST_PICKLE_BYTES = 64 << 20;

/** The folder in the archive that everything lies in, or null where the archive is not PyTorch's. */
export function torchRoot(members: ReadonlyMap<string, ZipMember>): string | null {
  const pickle = [...members.keys()].find((name) => /^[^/]*\/?data\.pkl$/.test(name));
  return pickle === undefined ? null : pickle.slice(0, -'data.pkl'.length);
}

function refuseOthers(path: string, members: ReadonlyMap<string, ZipMember>, root: string): void {
  if ([...members.keys()].some((name) => name.startsWith(`${root}code/`))) {
    throw unreadable(
      path,
      'Thaw reads the weights of PyTorch modules; this is a TorchScript program, which holds code too.',
      'Save its weights in PyTorch: torch.save(torch.jit.load("model.pt").state_dict(), "weights.pth").',
    );
  }
  const order = members.get(`${root}byteorder`);
  if (order && order.bytes < 16 && new TextDecoder().decode(readMember(path, order)) === 'big') {
    throw unreadable(path, 'Thaw reads little-endian PyTorch files; this one is big-endian.', 'Save it elsewhere.');
  }
}

/** Storages as members of the archive; of the packed ones the last is kept, for tensors that lie on one. */
function storageMembers(path: string, members: ReadonlyMap<string, ZipMember>, root: string): StorageBytes {
  const storage = (key: string): ZipMember | undefined => members.get(`${root}data/${key}`);
  let last: { readonly key: string; readonly bytes: Uint8Array<ArrayBuffer> } | null = null;
  return {
    available: (key) => storage(key)?.bytes ?? null,
    unpackedBytes: (key) => {
      const member = storage(key);
      return member === undefined || member.method === METHODS.stored ? 0 : member.bytes;
    },
    read: (key, offset, length) => {
      const member = storage(key);
      // Looked for when the file was opened.
      if (member === undefined) throw new Error(`the storage '${key}' is gone`);
      if (member.method === METHODS.stored) return readMember(path, member, offset, length);
      if (last?.key !== key) last = { key, bytes: readMember(path, member) };
      return last.bytes.slice(offset, offset + length);
    },
    close: () => {
      last = null;
    },
  };
}

/**
 * Opens a file of `torch.save` in the format since PyTorch 1.6: a zip archive of a pickle and of the storages that it names
 * (https://docs.pytorch.org/docs/stable/notes/serialization.html).
 *
 * @throws ThawError `weights.unreadable`; for a class or function that no tensors are made of, by its name
 */
export async function openTorchZip(
  path: string,
  members: ReadonlyMap<string, ZipMember>,
  root: string,
): Promise<StoredWeights> {
  refuseOthers(path, members, root);
  const pickle = members.get(`${root}data.pkl`);
  if (pickle === undefined || pickle.bytes > LARGEST_PICKLE_BYTES) {
    throw unreadable(
      path,
      `The pickle of a PyTorch file has at most ${LARGEST_PICKLE_BYTES} bytes; this one has ${pickle?.bytes ?? 'none'}.`,
      'Save the state_dict of the model alone.',
    );
  }
  try {
    const object = unpickle(new ByteReader(readMember(path, pickle)), {
      global: torchGlobals(),
      persistent: storageOf,
    });
    return torchWeights(
      { path, bytes: (await stat(path)).size, format: 'torch-zip' },
      object,
      storageMembers(path, members, root),
    );
  } catch (error) {
    throw explainedPickle(path, error);
  }
}
