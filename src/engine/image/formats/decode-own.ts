import { fileKind } from '../../dataset/image-format.ts';
import { idxMember, readIdxImage } from '../../dataset/idx/idx-images.ts';
import { decodeBmp } from './bmp.ts';
import { firstBytes, wholeFile } from './file-bytes.ts';
import { embeddedJpeg } from './old-jpeg.ts';
import type { RawImage } from './raw-image.ts';

/**
 * Decodes what sharp does not read: BMP, and an image of an IDX file, whose path is the file's with the number behind it. Of
 * a TIFF whose pixels are a JPEG of the old style, gives that JPEG, which sharp reads.
 *
 * @returns null for a file of another format, or one that cannot be read
 * @throws BmpProblem, IdxProblem
 */
export async function decodeOwn(file: string | Uint8Array): Promise<RawImage | Uint8Array | null> {
  const member = typeof file === 'string' ? await idxMember(file) : null;
  if (member) return readIdxImage(member.file, member.index);
  const kind = fileKind(await firstBytes(file).catch(() => new Uint8Array()));
  if (kind.kind !== 'image' || (kind.format !== 'BMP' && kind.format !== 'TIFF')) return null;
  const content = await wholeFile(file);
  if (content === null) return null;
  return kind.format === 'BMP' ? decodeBmp(content) : embeddedJpeg(content);
}
