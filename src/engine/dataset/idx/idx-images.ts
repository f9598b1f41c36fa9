import { stat } from 'node:fs/promises';
import { fileState, sameState, type FileState } from '../examine-file.ts';
import { IdxProblem, readIdxEntry, readIdxFile, type IdxFile } from './idx-file.ts';

/** One image of an IDX file: grey, [height, width]. */
export interface IdxImage {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** An image's path: the file's, and behind it the image's number as in a folder. */
const MEMBER = /^(.*idx3[^/\\]*)[/\\](\d{1,9})$/i;

const IMAGES_NAME = /idx3/i;

/** Whether a file of this name holds images. */
export const isIdxImagesName = (name: string): boolean => IMAGES_NAME.test(name) && /images/i.test(name);

/** The name of the file with the labels of the images in another. */
export const idxLabelsName = (name: string): string => name.replace(/images/i, 'labels').replace(/idx3/i, 'idx1');

export const idxMemberPath = (file: string, index: number): string => `${file}/${String(index).padStart(5, '0')}`;

export interface IdxMember {
  readonly file: string;
  readonly index: number;
}

/**
 * The file and the image's number that a path means; null for a path that means no image of an IDX file, such as that of a
 * file in a folder of such a name.
 */
export async function idxMember(path: string): Promise<IdxMember | null> {
  const [, file, index] = MEMBER.exec(path) ?? [];
  if (file === undefined) return null;
  const found = await stat(file).catch(() => null);
  return found?.isDirectory() ? null : { file, index: Number(index) };
}

/** Packed ones, unpacked, those read last: a dataset has one for training and one for tests. */
const MOST_HELD = 2;
/** A file that nobody looks into any more is let go of: it may have a gigabyte. */
const IDLE_MILLISECONDS = 30_000;

interface Held {
  readonly state: FileState;
  readonly content: Promise<IdxFile>;
  readonly idle: NodeJS.Timeout;
}
const held = new Map<string, Held>();

function letGo(file: string): void {
  const entry = held.get(file);
  if (entry) clearTimeout(entry.idle);
  held.delete(file);
}

/** The content of a packed IDX file, unpacked once for as long as it stays as it is and is in use. @throws IdxProblem */
async function unpacked(file: string): Promise<IdxFile> {
  const found = await stat(file).catch((error: unknown) => {
    throw new IdxProblem('there is no such file', { cause: error });
  });
  const state = fileState(found);
  const known = held.get(file);
  if (known && sameState(known.state, state)) {
    known.idle.refresh();
    return known.content;
  }
  letGo(file);
  const content = readIdxFile(file);
  const idle = setTimeout(() => letGo(file), IDLE_MILLISECONDS).unref();
  held.set(file, { state, content, idle });
  content.catch(() => {
    if (held.get(file)?.content === content) letGo(file);
  });
  const [oldest] = held.keys();
  if (held.size > MOST_HELD && oldest !== undefined) letGo(oldest);
  return content;
}

async function packedEntry(file: string, index: number): ReturnType<typeof readIdxEntry> {
  const { shape, values } = await unpacked(file);
  const [count = 0, ...sizes] = shape;
  const size = sizes.reduce((product, one) => product * one, 1);
  return index < count ? { shape, values: values.subarray(index * size, (index + 1) * size) } : null;
}

/** @throws IdxProblem */
export async function readIdxImage(file: string, index: number): Promise<IdxImage> {
  const entry = (await readIdxEntry(file, index)) ?? (await packedEntry(file, index));
  const [, height = 0, width = 0] = entry?.shape ?? [];
  if (entry?.shape.length !== 3) throw new IdxProblem(`it has no image ${index}`);
  return { pixels: entry.values, width, height };
}
