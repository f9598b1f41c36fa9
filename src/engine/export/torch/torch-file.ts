import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { centralDirectory, localHeader, type StoredMember } from '../../numpy/zip-structures.ts';
import { pickled, type Pickled, type PickledTensor } from './pickle-writer.ts';

/** A tensor of a state dictionary, in PyTorch's layout. */
export interface TorchTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** The folder that everything in such an archive lies in. */
const FOLDER = 'archive';
/** The version of PyTorch's archive, which every release since 1.6 reads. */
const VERSION = '3\n';

async function addMember(
  file: FileHandle,
  members: StoredMember[],
  end: number,
  name: string,
  content: Uint8Array,
): Promise<number> {
  const member = { name: `${FOLDER}/${name}`, crc: crc32(content), bytes: content.length, offset: end };
  const header = localHeader(member);
  await file.writeFile(header);
  // Node copies nothing of an empty one, and refuses to write it.
  if (content.length > 0) await file.writeFile(content);
  members.push(member);
  return end + header.length + content.length;
}

/**
 * Writes what `torch.load(path, weights_only=True)` reads: a zip archive of a pickle and a member for each storage, none of
 * them packed (https://docs.pytorch.org/docs/stable/notes/serialization.html).
 *
 * @param tensors by the names of the state dictionary
 * @param root what is saved, of the state dictionary with its tensors in their storages
 */
export async function writeTorchFile(
  path: string,
  tensors: ReadonlyMap<string, TorchTensor>,
  root: (state: ReadonlyMap<string, PickledTensor>) => Pickled,
): Promise<void> {
  const named = [...tensors];
  const state = new Map(
    named.map(([name, { shape, data }], index) => {
      const dtype = data instanceof Float32Array ? 'float32' : 'int64';
      return [name, { kind: 'tensor', key: String(index), dtype, shape }] as const;
    }),
  );
  await using file = await open(path, 'wx');
  const members: StoredMember[] = [];
  let end = 0;
  const add = async (name: string, content: Uint8Array): Promise<void> => {
    end = await addMember(file, members, end, name, content);
  };
  await add('data.pkl', pickled(root(state)));
  await add('byteorder', Buffer.from('little'));
  for (const [index, [, { data }]] of named.entries()) {
    await add(`data/${index}`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  await add('version', Buffer.from(VERSION));
  await file.writeFile(centralDirectory(members, end));
  await file.sync();
}
