/** The formats that Thaw decodes. */
const IMAGE_FORMATS = ['JPEG', 'PNG', 'GIF', 'WebP', 'TIFF', 'AVIF', 'BMP'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** What a file is by its first bytes, whatever its name says. */
export type FileKind =
  | { readonly kind: 'image'; readonly format: ImageFormat }
  /** An image, or something that looks like one, in a format that Thaw does not decode. */
  | { readonly kind: 'unsupported'; readonly format: string }
  | { readonly kind: 'other' };

/** As many bytes as `fileKind` looks at. */
export const FILE_KIND_BYTES = 512;

const image = (format: ImageFormat): FileKind => ({ kind: 'image', format });
const unsupported = (format: string): FileKind => ({ kind: 'unsupported', format });

/** The major brand and the compatible ones of an ISO base media file (ISO/IEC 14496-12, `ftyp` box). */
function mediaBrands(head: Buffer): readonly string[] {
  const end = Math.min(head.readUInt32BE(0), head.length);
  const brands = [head.toString('latin1', 8, 12)];
  for (let position = 16; position + 4 <= end; position += 4) {
    brands.push(head.toString('latin1', position, position + 4));
  }
  return brands;
}

/**
 * Recognises an image by its signature.
 *
 * @param bytes the file's first `FILE_KIND_BYTES` bytes, or all of a shorter file
 */
export function fileKind(bytes: Uint8Array): FileKind {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, FILE_KIND_BYTES));
  const text = head.toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return image('JPEG');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return image('PNG');
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return image('GIF');
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return image('WebP');
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return image('TIFF');
  if (head.length >= 12 && text.startsWith('ftyp', 4)) {
    const brands = mediaBrands(head);
    if (brands.includes('avif') || brands.includes('avis')) return image('AVIF');
    if (brands.some((brand) => /^(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(brand))) return unsupported('HEIC');
    return { kind: 'other' };
  }
  if (text.startsWith('BM') && head.length >= 18 && /^[\f\x10(4@l|8]$/.test(text.charAt(14))) return image('BMP');
  if (text.startsWith('8BPS')) return unsupported('Photoshop');
  if (text.startsWith('\0\0\x01\0') || text.startsWith('\0\0\x02\0')) return unsupported('icon (ICO)');
  if (text.startsWith('\0\0\0\fjP  ') || text.startsWith('\xff\x4f\xff\x51')) return unsupported('JPEG 2000');
  if (text.startsWith('\xff\x0a') || text.startsWith('\0\0\0\fJXL ')) return unsupported('JPEG XL');
  if (/^P[1-7][\s#]/.test(text)) return unsupported('Netpbm');
  if (/^(\xef\xbb\xbf)?\s*(<\?xml[^]*?)?(<!--[^]*?-->\s*)*(<!DOCTYPE svg[^]*?)?<svg[\s>]/.test(text))
    return unsupported('SVG');
  return { kind: 'other' };
}

const known = `${IMAGE_FORMATS.slice(0, -1).join(', ')} and ${IMAGE_FORMATS.at(-1) ?? ''}`;

/** Why a file of this kind cannot be used, in words. */
export function formatProblem(kind: Exclude<FileKind, { kind: 'image' }>): string {
  switch (kind.kind) {
    case 'unsupported':
      return `the file is in the ${kind.format} format, and Thaw opens ${known} only`;
    case 'other':
      return `the file is no image: its content is none of ${known}`;
  }
}
