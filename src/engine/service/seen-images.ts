import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DatasetIndex } from '../dataset/index/dataset-index.ts';
import { storedMeasures, storeMeasures, type ImageSeen } from '../dataset/index/image-measures.ts';
import { measureImage, type SeenImage } from '../image/measure-image.ts';
import { packFingerprint, unpackFingerprint } from '../image/packed-fingerprint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { OpenedDataset } from './datasets.ts';
import type { Task } from './tasks.ts';

/** What was seen is written this often, in milliseconds, and what was not yet is lost with the process. */
const WRITTEN_EVERY = 2_000;

interface SeeOptions extends Task {
  /** So many images are decoded at a time; each runs in a thread of Node's own. */
  readonly atATime: number;
  /** Awaited before each image. */
  readonly turn?: () => Promise<void>;
}

function unpacked({ measured, orientation, fingerprint }: ImageSeen): SeenImage | null {
  const own = fingerprint && unpackFingerprint(fingerprint);
  return measured.kind === 'measures' && own === null ? null : { measured, orientation, fingerprint: own };
}

/** Whether the problem is of the content itself, not of reading it: only then it is known of the content from then on. */
async function isContent(file: string, contentHash: string): Promise<boolean> {
  try {
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    return hash.digest('hex') === contentHash;
  } catch {
    return false;
  }
}

/** What was seen and is to be written. */
class Unwritten {
  readonly #index: DatasetIndex | null;
  #seen = new Map<string, ImageSeen>();
  #written = performance.now();

  constructor(index: DatasetIndex | null) {
    this.#index = index;
  }

  add(contentHash: string, { measured, orientation, fingerprint }: SeenImage): void {
    this.#seen.set(contentHash, { measured, orientation, fingerprint: fingerprint && packFingerprint(fingerprint) });
    if (performance.now() - this.#written > WRITTEN_EVERY) this.write();
  }

  /** What cannot be written is seen anew another time. */
  write(): void {
    const seen = this.#seen;
    this.#seen = new Map();
    this.#written = performance.now();
    if (this.#index === null || seen.size === 0) return;
    try {
      storeMeasures(this.#index, seen);
    } catch (error) {
      if (!(error instanceof ThawError)) throw error;
    }
  }
}

/**
 * What every image of a dataset is like, by content hash: each content is decoded once, and only where the index does not
 * know it.
 *
 * @throws the signal's reason
 */
export async function seeImages(
  { content, images, aside }: OpenedDataset,
  index: DatasetIndex | null,
  { signal, report, atATime, turn }: SeeOptions,
): Promise<ReadonlyMap<string, SeenImage>> {
  const files = new Map([...images, ...aside].map(({ image }) => [image.contentHash, image.path]));
  const total = files.size;
  const seen = new Map<string, SeenImage>();
  for (const [contentHash, stored] of index ? await storedMeasures(index, [...files.keys()], signal) : []) {
    const own = unpacked(stored);
    if (own) seen.set(contentHash, own);
  }
  report(seen.size, total);
  const rest = [...files].filter(([contentHash]) => !seen.has(contentHash)).values();
  const unwritten = new Unwritten(index);
  const worker = async (): Promise<void> => {
    for (const [contentHash, relative] of rest) {
      await turn?.();
      signal.throwIfAborted();
      const file = path.join(content.root, relative);
      const own = await measureImage(file);
      seen.set(contentHash, own);
      if (own.measured.kind === 'measures' || (await isContent(file, contentHash))) unwritten.add(contentHash, own);
      report(seen.size, total);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atATime, total - seen.size) }, worker));
  } finally {
    unwritten.write();
  }
  return seen;
}
