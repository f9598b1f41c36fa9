import { open } from 'node:fs/promises';
import { MAXIMUM_FILE_BYTES } from '../../dataset/examine-file.ts';
import { FILE_KIND_BYTES } from '../../dataset/image-format.ts';

/** A file's beginning, as much as `fileKind` looks at unless more is asked for. @throws the file system's error */
export async function firstBytes(file: string | Uint8Array, most = FILE_KIND_BYTES): Promise<Uint8Array> {
  if (typeof file !== 'string') return file;
  await using handle = await open(file, 'r');
  const head = new Uint8Array(most);
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
}

/** All of a file; null where it cannot be read or is larger than images are. */
export async function wholeFile(file: string | Uint8Array): Promise<Uint8Array | null> {
  if (typeof file !== 'string') return file;
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    if (size > MAXIMUM_FILE_BYTES) return null;
    const content = new Uint8Array(size);
    let done = 0;
    for (let read = 1; done < size && read > 0; done += read) {
      read = (await handle.read(content, done, size - done, done)).bytesRead;
    }
    return content.subarray(0, done);
  } catch {
    return null;
  }
}
