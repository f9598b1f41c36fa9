import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contains, readableReason } from '../dataset/dataset-files.ts';
import { MAXIMUM_FILE_BYTES } from '../dataset/examine-file.ts';
import { idxMember, idxMemberPath } from '../dataset/idx/idx-images.ts';
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

/**
 * Where an image's file lies, links resolved, or why it is none any more: it may have been replaced since its dataset was
 * read, by a link that leads out of it or to a device that never ends.
 */
async function presentFile(
  root: string,
  relative: string,
): Promise<{ readonly file: string } | { readonly reason: string }> {
  const named = path.join(root, relative);
  try {
    const member = await idxMember(named);
    const real = await realpath(member?.file ?? named);
    if (!contains(root, real)) return { reason: 'it is a link that leads out of the dataset' };
    const found = await stat(real);
    if (!found.isFile()) return { reason: 'it is no file' };
    if (member) return { file: idxMemberPath(real, member.index) };
    if (found.size <= MAXIMUM_FILE_BYTES) return { file: real };
    return { reason: `the file has ${found.size} bytes, more than the ${MAXIMUM_FILE_BYTES} that are read` };
  } catch (error) {
    return { reason: readableReason(error) };
  }
}

/** Whether the problem is of the content itself, not of reading it: only then it is known of the content from then on. */
async function isContent(file: string, contentHash: string, signal: AbortSignal): Promise<boolean> {
  try {
    const hash = createHash('sha256');
    await pipeline(createReadStream(file, { end: MAXIMUM_FILE_BYTES }), hash, { signal });
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
  const failing = new AbortController();
  const ending = AbortSignal.any([signal, failing.signal]);
  const worker = async (): Promise<void> => {
    for (const [contentHash, relative] of rest) {
      await turn?.();
      ending.throwIfAborted();
      const present = await presentFile(content.root, relative);
      if ('reason' in present) {
        seen.set(contentHash, {
          measured: { kind: 'problem', reason: present.reason },
          orientation: null,
          fingerprint: null,
        });
      } else {
        const { file } = present;
        const own = await measureImage(file);
        seen.set(contentHash, own);
        const known = own.measured.kind === 'measures' || (await isContent(file, contentHash, ending));
        if (known) unwritten.add(contentHash, own);
      }
      report(seen.size, total);
    }
  };
  const workers = Array.from({ length: Math.min(atATime, total - seen.size) }, () =>
    worker().catch((error: unknown) => {
      failing.abort(error);
    }),
  );
  // All have ended before the last is written, and whoever ended them closes the index.
  await Promise.all(workers);
  unwritten.write();
  ending.throwIfAborted();
  return seen;
}
