import { hash } from 'node:crypto';
import { open, realpath, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { contains, readableReason } from '../dataset/dataset-files.ts';
import { fileState, MAXIMUM_FILE_BYTES, sameState, type FileState } from '../dataset/examine-file.ts';
import { IdxProblem } from '../dataset/idx/idx-file.ts';
import { idxMember, idxMemberPath, readIdxImage, type IdxMember } from '../dataset/idx/idx-images.ts';
import type { RawImage } from '../image/formats/raw-image.ts';
import { NewestFirst } from '../image/newest-first.ts';
import { ThumbnailCache } from '../image/thumbnail-cache.ts';
import { makeThumbnail, type Thumbnail } from '../image/thumbnail.ts';
import { inspectImage, type InspectedImage } from '../image/inspect-image.ts';
import type { Datasets } from './datasets.ts';
import type { Grants } from './grants.ts';

/** Larger pictures are looked at one by one, and made anew each time. */
const LARGEST_KEPT = 512;
/** How many granted images are remembered by content. */
const MOST_HASHES = 10_000;

/** An image that a window named. */
interface NamedImage {
  readonly path: string;
  /** Where it must lie, links resolved: within its dataset; a granted file where it was. */
  readonly within: string;
  /** For people: relative to its dataset, or the file's name. */
  readonly name: string;
  /** Of its content when its dataset was opened; null where it was not read yet. */
  readonly contentHash: string | null;
}

/** Where an image lies, links resolved; `member` where that is within an IDX file. */
interface RealFile {
  readonly file: string;
  readonly member: IdxMember | null;
}

function unreadable(name: string, reason: string, cause?: unknown): ThawError {
  return new ThawError(
    'image.unreadable',
    `An image must be readable, but of ${name}: ${reason}.`,
    'Give another file, or save the image again as JPEG or PNG.',
    { cause },
  );
}

/** @throws ThawError `image.unreadable` */
async function readBounded(
  file: string,
  name: string,
): Promise<{ readonly state: FileState; readonly content: Uint8Array }> {
  try {
    await using handle = await open(file, 'r');
    const found = await handle.stat();
    const { size } = found;
    if (!found.isFile()) throw unreadable(name, 'it is no file');
    if (size > MAXIMUM_FILE_BYTES) {
      throw unreadable(name, `the file has ${size} bytes, more than the ${MAXIMUM_FILE_BYTES} that are read`);
    }
    return { state: fileState(found), content: await handle.readFile() };
  } catch (error) {
    throw error instanceof ThawError ? error : unreadable(name, readableReason(error), error);
  }
}

/** @throws ThawError `image.unreadable` */
async function containedImage({ name }: NamedImage, { file, index }: IdxMember): Promise<RawImage> {
  try {
    return await readIdxImage(file, index);
  } catch (error) {
    throw error instanceof IdxProblem ? unreadable(name, error.message, error) : error;
  }
}

/** What is known of an image once its file was read whole. */
interface InspectedFile extends InspectedImage {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 in hex. */
  readonly contentHash: string;
}

/**
 * The pictures that windows look at, by the ids that the engine gave: those of opened datasets, and granted files under
 * their grant's id.
 */
export class Images {
  readonly #grants: Grants;
  readonly #datasets: Datasets;
  readonly #cache: ThumbnailCache;
  readonly #making = new NewestFirst(Math.max(2, Math.min(4, availableParallelism())));
  readonly #hashes = new Map<string, { readonly state: FileState; readonly contentHash: string }>();

  constructor(options: { readonly cache: string; readonly grants: Grants; readonly datasets: Datasets }) {
    this.#grants = options.grants;
    this.#datasets = options.datasets;
    this.#cache = new ThumbnailCache(options.cache);
  }

  /**
   * Where an image lies, links resolved; never outside of its dataset, whatever links were put there since.
   *
   * @throws ThawError `file.notGranted`, `image.unreadable` where it has gone
   */
  async locate(imageId: string): Promise<{ readonly file: string; readonly name: string }> {
    const image = await this.#find(imageId);
    return { file: (await this.#realFile(image)).file, name: image.name };
  }

  /**
   * @param size the longer side at most, in pixels
   * @throws ThawError `file.notGranted`, `image.unreadable`
   */
  async thumbnail(imageId: string, size: number): Promise<Thumbnail> {
    const image = await this.#find(imageId);
    const contentHash = image.contentHash ?? (await this.#knownHash(image.path));
    const kept = contentHash === null ? null : await this.#kept(contentHash, size);
    return kept ?? this.#making.run(`${imageId} ${size}`, () => this.#make(image, size));
  }

  /**
   * Looks at an image closely, as its file is now.
   *
   * @param withLocation whether it is to be told where a photograph was taken
   * @throws ThawError `file.notGranted`, `image.unreadable` where the file cannot be read; what is wrong with the image is told
   */
  async inspect(imageId: string, withLocation: boolean): Promise<InspectedFile> {
    const image = await this.#find(imageId);
    return this.#making.run(`${imageId} ${withLocation ? 'inspected with its location' : 'inspected'}`, async () => {
      const { file, member } = await this.#realFile(image);
      if (member) {
        const { pixels, width, height } = await containedImage(image, member);
        const inspected = await inspectImage({ pixels, width, height, channels: 1 }, 'idx', withLocation);
        return { ...inspected, path: image.name, bytes: pixels.length, contentHash: hash('sha256', pixels, 'hex') };
      }
      const { content } = await readBounded(file, image.name);
      const inspected = await inspectImage(content, 'bmp', withLocation);
      return { ...inspected, path: image.name, bytes: content.length, contentHash: hash('sha256', content, 'hex') };
    });
  }

  async #find(imageId: string): Promise<NamedImage> {
    const granted = this.#grants.find(imageId);
    if (granted !== null) return { path: granted, within: granted, name: path.basename(granted), contentHash: null };
    const { root, image } = await this.#datasets.image(imageId);
    return { path: path.join(root, image.path), within: root, name: image.path, contentHash: image.contentHash };
  }

  /** Of an image within a file, that file lies where its links lead. */
  async #realFile({ path: given, within, name }: NamedImage): Promise<RealFile> {
    let real: RealFile;
    const named = await idxMember(given);
    try {
      const found = await realpath(named?.file ?? given);
      const member = named && { file: found, index: named.index };
      real = { file: member ? idxMemberPath(found, member.index) : found, member };
    } catch (error) {
      throw unreadable(name, readableReason(error), error);
    }
    if (contains(within, real.file)) return real;
    throw new ThawError(
      'file.notGranted',
      `An image lies within what was opened; ${name} is a link that leads out of it now.`,
      'Put the image itself there, then open the folder again.',
    );
  }

  async #kept(contentHash: string, size: number): Promise<Thumbnail | null> {
    return size <= LARGEST_KEPT ? this.#cache.find(contentHash, size) : null;
  }

  async #make(image: NamedImage, size: number): Promise<Thumbnail> {
    const { file, member } = await this.#realFile(image);
    if (member) return this.#makeContained(image, member, size);
    const { state, content } = await readBounded(file, image.name);
    // The file may be another than when its dataset was opened: what is kept is kept under what was read.
    const contentHash = hash('sha256', content, 'hex');
    if (image.contentHash === null) this.#remember(image.path, state, contentHash);
    const kept = contentHash === image.contentHash ? null : await this.#kept(contentHash, size);
    if (kept) return kept;
    const made = await makeThumbnail(content, size, image.name);
    if (size <= LARGEST_KEPT) await this.#cache.keep(contentHash, size, made);
    return made;
  }

  /** Of an image within an IDX file, whose content hash is known since its dataset was opened. */
  async #makeContained(image: NamedImage, member: IdxMember, size: number): Promise<Thumbnail> {
    const { name, contentHash } = image;
    const made = await makeThumbnail(await containedImage(image, member), size, name);
    if (contentHash !== null && size <= LARGEST_KEPT) await this.#cache.keep(contentHash, size, made);
    return made;
  }

  async #knownHash(file: string): Promise<string | null> {
    const known = this.#hashes.get(file);
    const found = known && (await stat(file).catch(() => null));
    return found && sameState(fileState(found), known.state) ? known.contentHash : null;
  }

  #remember(file: string, state: FileState, contentHash: string): void {
    this.#hashes.delete(file);
    this.#hashes.set(file, { state, contentHash });
    const [oldest] = this.#hashes.keys();
    if (this.#hashes.size > MOST_HASHES && oldest !== undefined) this.#hashes.delete(oldest);
  }
}
