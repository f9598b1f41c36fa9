import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { skippedImage } from '../../shared/contract/run.ts';
import type { EmbeddedImages } from '../training/extractor-protocol.ts';
import { writeAside } from './write-aside.ts';

/** Some hundred maps of 100,000 images; those used longest ago go first. */
export const EMBEDDING_LIMIT_BYTES = 256 * 2 ** 20;
/** A map of more images than any dataset that is opened has. */
const MOST_BYTES = 64 * 2 ** 20;
const COORDINATE_BYTES = 8;

const keptEmbedding = z.strictObject({
  layers: z.array(z.string()),
  placed: z.int().min(0),
  skipped: z.array(skippedImage),
  /** [images, 2] float32, little-endian; NaN for an image that could not be read. */
  coordinates: z.base64(),
});

/** Where maps are kept. */
export function embeddingCacheFolder(cacheDirectory: string): string {
  return path.join(cacheDirectory, 'embeddings');
}

const fileOf = (cacheDirectory: string, key: string): string =>
  path.join(embeddingCacheFolder(cacheDirectory), `${key}.json`);

/**
 * A map that was kept under a key.
 *
 * @param images how many it must have
 * @returns null where there is none, or none that can be used
 */
export async function findEmbedding(
  cacheDirectory: string,
  key: string,
  images: number,
): Promise<EmbeddedImages | null> {
  const file = fileOf(cacheDirectory, key);
  const found = await stat(file).catch(() => null);
  if (!found?.isFile() || found.size > MOST_BYTES) return null;
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
  const kept = keptEmbedding.safeParse(json);
  if (!kept.success) return null;
  const bytes = Buffer.from(kept.data.coordinates, 'base64');
  if (bytes.length !== images * COORDINATE_BYTES) return null;
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
  // A copy of its own begins where such numbers may begin.
  return { ...kept.data, coordinates: new Float32Array(new Uint8Array(bytes).buffer) };
}

/** Makes a folder of kept results as small as it may be. */
export async function pruneEmbeddings(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const files: { readonly file: string; readonly bytes: number; readonly used: number }[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found?.isFile()) files.push({ file, bytes: found.size, used: found.mtimeMs });
  }
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { file, bytes } of files.sort((left, right) => left.used - right.used)) {
    if (total <= EMBEDDING_LIMIT_BYTES) return;
    await rm(file, { force: true }).catch(() => undefined);
    total -= bytes;
  }
}

/** Keeps a map; one that cannot be kept is made again. */
export async function keepEmbedding(cacheDirectory: string, key: string, embedded: EmbeddedImages): Promise<void> {
  const { coordinates } = embedded;
  const bytes = Buffer.from(coordinates.buffer, coordinates.byteOffset, coordinates.byteLength);
  try {
    await mkdir(embeddingCacheFolder(cacheDirectory), { recursive: true, mode: 0o700 });
    writeAside(fileOf(cacheDirectory, key), JSON.stringify({ ...embedded, coordinates: bytes.toString('base64') }));
  } catch (error) {
    if (error instanceof Error && 'code' in error) return;
    throw error;
  }
  await pruneEmbeddings(embeddingCacheFolder(cacheDirectory));
}
