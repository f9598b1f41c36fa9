import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { MalformedZip, ZipReader, type ZipMember } from '../../numpy/zip-reader.ts';
import {
  CARRIED,
  FILES,
  isPlainPath,
  LARGEST_DOCUMENT,
  LARGEST_METRICS,
  MANIFEST,
  manifest,
  METRIC_DOCUMENT,
  METRICS,
  THAW_FILE_VERSION,
  type Manifest,
} from './manifest.ts';

const LARGEST_MANIFEST = 4 * 2 ** 20;
/** What documents and checkpoints come to is near what they take packed: a file that promises much more is a trap. */
const LARGEST_GROWTH = 100;
const GROWTH_ALLOWED = 64 * 2 ** 20;
/** What the disk keeps free beside what is written. */
const SPARE_BYTES = 64 * 2 ** 20;

/** The file is no `.thaw` file, or a damaged one; the caller knows the file and says so. */
export class MalformedThawFile extends Error {}

const versioned = z.looseObject({ format: z.literal('thaw-run'), schemaVersion: z.int().min(1) });

async function readAll(zip: ZipReader, member: ZipMember, most: number): Promise<Buffer> {
  if (member.bytes > most) {
    throw new MalformedThawFile(`'${member.name}' has ${member.bytes} bytes, and at most ${most} are read`);
  }
  const pieces: Buffer[] = [];
  for await (const piece of zip.read(member)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** @throws MalformedThawFile */
export function parseDocument(bytes: Buffer, name: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new MalformedThawFile(`'${name}' is no JSON`, { cause: error });
  }
}

/** @throws MalformedThawFile, ThawError `import.newer` */
async function readManifest(zip: ZipReader): Promise<Manifest> {
  const member = zip.members.get(MANIFEST);
  if (!member) throw new MalformedThawFile(`it has no '${MANIFEST}'`);
  const found = parseDocument(await readAll(zip, member, LARGEST_MANIFEST), MANIFEST);
  const version = versioned.safeParse(found);
  if (!version.success) throw new MalformedThawFile(`'${MANIFEST}' is none of a run`);
  if (version.data.schemaVersion > THAW_FILE_VERSION) {
    throw new ThawError(
      'import.newer',
      `This Thaw reads .thaw files up to version ${THAW_FILE_VERSION}; this one has version ${version.data.schemaVersion}, written by a newer Thaw.`,
      'Use that newer Thaw to import it.',
    );
  }
  const parsed = manifest.safeParse(found);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new MalformedThawFile(`'${MANIFEST}' is not right at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

function assertMember({ name, isSpecial, bytes }: ZipMember): void {
  if (isSpecial) throw new MalformedThawFile(`'${name}' is a link or a device, not a file`);
  if (!isPlainPath(name)) {
    throw new MalformedThawFile(`${JSON.stringify(name.slice(0, 200))} is no plain path within it`);
  }
  if (name.startsWith(FILES) && !CARRIED.some((pattern) => pattern.test(name.slice(FILES.length)))) {
    throw new MalformedThawFile(`'${name}' is none of the files that a run has`);
  }
  if (!name.startsWith(METRICS)) return;
  if (!METRIC_DOCUMENT.test(name.slice(METRICS.length))) {
    throw new MalformedThawFile(`'${name}' is no name of a document of metrics`);
  }
  if (bytes > LARGEST_METRICS) {
    throw new MalformedThawFile(`'${name}' has ${bytes} bytes, and at most ${LARGEST_METRICS} are read`);
  }
}

/** Holds what the zip's own list says against the manifest, before anything is unpacked. */
function assertListed(members: ReadonlyMap<string, ZipMember>, { files }: Manifest, fileBytes: number): void {
  for (const member of members.values()) assertMember(member);
  const listed = new Set(files.map(({ path: name }) => name));
  if (listed.size !== files.length) throw new MalformedThawFile(`'${MANIFEST}' lists a file twice`);
  // Systems that do not tell cases apart would write one over the other.
  if (new Set([...members.keys()].map((name) => name.toLowerCase())).size !== members.size) {
    throw new MalformedThawFile('two of its files differ in the case of letters alone');
  }
  for (const { path: name, bytes } of files) {
    const member = members.get(name);
    if (!member) throw new MalformedThawFile(`'${name}' is missing in it`);
    if (member.bytes !== bytes) {
      throw new MalformedThawFile(`'${name}' has ${member.bytes} bytes instead of ${bytes}`);
    }
  }
  const unlisted = [...members.keys()].find((name) => name !== MANIFEST && !listed.has(name));
  if (unlisted !== undefined) throw new MalformedThawFile(`'${unlisted}' is not in its '${MANIFEST}'`);
  const total = [...members.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > fileBytes * LARGEST_GROWTH + GROWTH_ALLOWED) {
    throw new MalformedThawFile(`${fileBytes} bytes cannot be a run of ${total} bytes`);
  }
}

async function assertRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bytes + SPARE_BYTES <= bavail * bsize) return;
  throw new ThawError(
    'disk.full',
    `The run takes ${bytes} bytes, and ${bavail * bsize} are free where runs are kept.`,
    'Free some space, or set THAW_HOME to a folder on a larger disk.',
  );
}

/** A `.thaw` file whose list of contents was held against its manifest; what is in it is checked as it is read. */
export class ThawFile {
  readonly manifest: Manifest;
  readonly #zip: ZipReader;

  private constructor(zip: ZipReader, found: Manifest) {
    this.#zip = zip;
    this.manifest = found;
  }

  /** @throws MalformedThawFile, MalformedZip, ThawError `import.newer`, or the file system's error */
  static async open(file: string): Promise<ThawFile> {
    const zip = await ZipReader.open(file);
    try {
      const found = await readManifest(zip);
      assertListed(zip.members, found, (await stat(file)).size);
      return new ThawFile(zip, found);
    } catch (error) {
      await zip.close();
      throw error;
    }
  }

  /** Whether it has a document of that name. */
  has(name: string): boolean {
    return this.#zip.members.has(name);
  }

  /** A document as bytes. @throws MalformedThawFile, MalformedZip */
  async bytes(name: string): Promise<Buffer> {
    const { member, entry } = this.#find(name);
    const bytes = await readAll(this.#zip, member, LARGEST_DOCUMENT);
    this.#compare(name, createHash('sha256').update(bytes).digest('hex'), entry.sha256);
    return bytes;
  }

  /** A document by its schema. @throws MalformedThawFile, MalformedZip */
  async document<Document>(name: string, schema: z.ZodType<Document>): Promise<Document> {
    const parsed = schema.safeParse(parseDocument(await this.bytes(name), name));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new MalformedThawFile(`'${name}' is not right at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }

  /**
   * Writes the files below one of its folders into a folder on disk, which is made.
   *
   * @param below `files/`
   * @throws MalformedThawFile for a wrong hash, MalformedZip, ThawError `disk.full`, or the file system's error
   */
  async unpack(below: string, folder: string, signal: AbortSignal): Promise<void> {
    const files = this.manifest.files.filter(({ path: name }) => name.startsWith(below));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await assertRoom(
      folder,
      files.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    for (const { path: name } of files) {
      const { member, entry } = this.#find(name);
      const target = path.join(folder, ...name.slice(below.length).split('/'));
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
      const hash = createHash('sha256');
      const pieces = this.#zip.read(member);
      const hashed = async function* (): AsyncGenerator<Buffer> {
        for await (const piece of pieces) {
          hash.update(piece);
          yield piece;
        }
      };
      await pipeline(Readable.from(hashed()), createWriteStream(target, { flags: 'wx', mode: 0o600, flush: true }), {
        signal,
      });
      this.#compare(name, hash.digest('hex'), entry.sha256);
    }
  }

  async close(): Promise<void> {
    await this.#zip.close();
  }

  #find(name: string): { readonly member: ZipMember; readonly entry: Manifest['files'][number] } {
    const member = this.#zip.members.get(name);
    const entry = this.manifest.files.find((file) => file.path === name);
    if (!member || !entry) throw new MalformedThawFile(`'${name}' is missing in it`);
    return { member, entry };
  }

  #compare(name: string, found: string, expected: string): void {
    if (found === expected) return;
    throw new MalformedThawFile(`'${name}' is another file than the one that was exported: its SHA-256 is ${found}`);
  }
}

/** Whether an error says what is wrong with a file, rather than that it could not be reached. */
export function describesThawFile(error: unknown): error is Error {
  return error instanceof MalformedThawFile || error instanceof MalformedZip;
}
