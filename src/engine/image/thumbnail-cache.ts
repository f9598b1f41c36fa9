import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Thumbnail } from './thumbnail.ts';

/** Some 200,000 thumbnails; those written longest ago go first. */
export const THUMBNAIL_LIMIT_BYTES = 2 * 2 ** 30;
/** After so much was written it is looked whether there is too much. */
const LOOK_BYTES = 2 ** 26;

/**
 * Before each JPEG: these four bytes, then width and height of the image as uint32, little-endian. The number grows where
 * images come to be shown otherwise, so that older thumbnails are made again.
 */
const MAGIC = Buffer.from('TTH2', 'latin1');
const HEADER_BYTES = 12;

/** Where thumbnails are kept. */
export function thumbnailCacheFolder(cacheDirectory: string): string {
  return path.join(cacheDirectory, 'thumbnails');
}

function parse(file: Buffer<ArrayBuffer>): Thumbnail | null {
  if (file.length <= HEADER_BYTES || !file.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  return {
    mediaType: 'image/jpeg',
    bytes: new Uint8Array(file.buffer, file.byteOffset + HEADER_BYTES, file.length - HEADER_BYTES),
    width: file.readUInt32LE(4),
    height: file.readUInt32LE(8),
  };
}

/** Thumbnails on disk, by the content hash of the image and by size. One that cannot be kept is made again. */
export class ThumbnailCache {
  readonly #folder: string;
  #written = LOOK_BYTES;
  #looking: Promise<void> | null = null;

  constructor(cacheDirectory: string) {
    this.#folder = thumbnailCacheFolder(cacheDirectory);
  }

  async find(contentHash: string, size: number): Promise<Thumbnail | null> {
    const file = await readFile(this.#fileOf(contentHash, size)).catch(() => null);
    return file && parse(file);
  }

  async keep(contentHash: string, size: number, thumbnail: Thumbnail): Promise<void> {
    const file = this.#fileOf(contentHash, size);
    const aside = `${file}.${randomBytes(6).toString('hex')}.part`;
    const header = Buffer.alloc(HEADER_BYTES);
    MAGIC.copy(header);
    header.writeUInt32LE(thumbnail.width, 4);
    header.writeUInt32LE(thumbnail.height, 8);
    try {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(aside, Buffer.concat([header, thumbnail.bytes]), { mode: 0o600 });
      await rename(aside, file);
    } catch {
      await rm(aside, { force: true }).catch(() => undefined);
      return;
    }
    this.#written += HEADER_BYTES + thumbnail.bytes.length;
    if (this.#written < LOOK_BYTES) return;
    this.#written = 0;
    this.#looking ??= this.#prune().finally(() => (this.#looking = null));
  }

  #fileOf(contentHash: string, size: number): string {
    return path.join(this.#folder, contentHash.slice(0, 2), `${contentHash}-${size}`);
  }

  async #prune(): Promise<void> {
    const entries = await readdir(this.#folder, { withFileTypes: true, recursive: true }).catch(() => []);
    const files: { readonly file: string; readonly bytes: number; readonly written: number }[] = [];
    for (const entry of entries) {
      const file = path.join(entry.parentPath, entry.name);
      const found = entry.isFile() ? await stat(file).catch(() => null) : null;
      if (found) files.push({ file, bytes: found.size, written: found.mtimeMs });
    }
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total <= THUMBNAIL_LIMIT_BYTES) return;
    for (const { file, bytes } of files.sort((left, right) => left.written - right.written)) {
      if (total <= THUMBNAIL_LIMIT_BYTES * 0.75) return;
      await rm(file, { force: true }).catch(() => undefined);
      total -= bytes;
    }
  }
}
