import { open } from 'node:fs/promises';
import { MAXIMUM_FILE_BYTES } from '../../dataset/examine-file.ts';
import { FILE_KIND_BYTES, fileKind } from '../../dataset/image-format.ts';
import { idxMember, readIdxImage } from '../../dataset/idx/idx-images.ts';
import { decodeBmp } from './bmp.ts';
import type { RawImage } from './raw-image.ts';

const isBmp = (head: Uint8Array): boolean => {
  const kind = fileKind(head);
  return kind.kind === 'image' && kind.format === 'BMP';
};

/**
 * Decodes what sharp does not read: BMP, and an image of an IDX file, whose path is the file's with the number behind it.
 *
 * @returns null for a file of another format, or one that cannot be read
 * @throws BmpProblem, IdxProblem
 */
export async function decodeOwn(file: string | Uint8Array): Promise<RawImage | null> {
  if (typeof file !== 'string') return isBmp(file) ? decodeBmp(file) : null;
  const member = await idxMember(file);
  if (member) return { ...(await readIdxImage(member.file, member.index)), channels: 1 };
  let content: Uint8Array;
  try {
    await using handle = await open(file, 'r');
    const head = new Uint8Array(FILE_KIND_BYTES);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const { size } = await handle.stat();
    if (!isBmp(head.subarray(0, bytesRead)) || size > MAXIMUM_FILE_BYTES) return null;
    content = new Uint8Array(size);
    let done = 0;
    for (let read = 1; done < size && read > 0; done += read) {
      read = (await handle.read(content, done, size - done, done)).bytesRead;
    }
    content = content.subarray(0, done);
  } catch {
    return null;
  }
  return decodeBmp(content);
}
