import { stat } from 'node:fs/promises';
import { fileState, sameState, type FileState } from '../examine-file.ts';
import { greyLevels, rangeOf, type NumberRange } from '../grey-levels.ts';
import { IdxProblem, readIdxEntry, readIdxFile, type IdxFile } from './idx-file.ts';
import { channelsLast, idxLayout } from './idx-layout.ts';
import { idxNumbers } from './idx-type.ts';

/** One image of an IDX file: [height, width, channels], grey or RGB. */
export interface IdxImage {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** An image's path: the file's, and behind it the image's number as in a folder. */
const MEMBER = /^(.*idx[34][^/\\]*)[/\\](\d{1,9})$/i;

/** Three dimensions, or four with colour. */
const IMAGES_NAME = /idx[34]/i;

/** Whether a file of this name holds images. */
export const isIdxImagesName = (name: string): boolean => IMAGES_NAME.test(name) && /images/i.test(name);

/** Whether one file has the labels of the images in another, by their names; how their numbers are kept may differ. */
export function isIdxLabelsName(name: string, images: string): boolean {
  const [before = ''] = images.replace(/images/i, 'labels').split(IMAGES_NAME);
  return name.toLowerCase().startsWith(`${before}idx1`.toLowerCase());
}

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

/** The entry of an index, out of all. */
export function idxEntry({ type, shape, bytes }: IdxFile, index: number): Uint8Array {
  const size = shape.slice(1).reduce((product, one) => product * one, type.bytes);
  return bytes.subarray(index * size, (index + 1) * size);
}

async function packedEntry(file: string, index: number): Promise<IdxFile> {
  const all = await unpacked(file);
  if (index >= (all.shape[0] ?? 0)) throw new IdxProblem(`it has no image ${index}`);
  return { ...all, bytes: idxEntry(all, index) };
}

/** Of a file's numbers, each kind but bytes: what its images' brightness is measured by. */
export const idxRange = ({ type, bytes }: IdxFile): NumberRange =>
  type.name === 'uint8' ? { lowest: 0, highest: 255 } : rangeOf(idxNumbers(type, bytes));

const ranges = new Map<string, { readonly state: FileState; readonly range: Promise<NumberRange> }>();

/**
 * The range of a whole file, taken once for as long as it stays as it is.
 *
 * @param read gives all of it: of a packed one what is held, for there may be a gigabyte
 */
async function rangeOfFile(file: string, read: (file: string) => Promise<IdxFile>): Promise<NumberRange> {
  const state = fileState(await stat(file));
  const known = ranges.get(file);
  if (known && sameState(known.state, state)) return known.range;
  const range = read(file).then(idxRange);
  ranges.set(file, { state, range });
  range.catch(() => ranges.delete(file));
  const [oldest] = ranges.keys();
  if (ranges.size > MOST_HELD && oldest !== undefined) ranges.delete(oldest);
  return range;
}

/** Of other kinds of numbers than bytes the whole file is looked at once, for its range. @throws IdxProblem */
export async function readIdxImage(file: string, index: number): Promise<IdxImage> {
  const entry = await readIdxEntry(file, index);
  const { type, shape, bytes } = entry ?? (await packedEntry(file, index));
  if (shape.length < 3) throw new IdxProblem(`it has no image ${index}`);
  const layout = idxLayout(shape);
  const rangeOfAll = (): Promise<NumberRange> => rangeOfFile(file, entry ? readIdxFile : unpacked);
  const levels = type.name === 'uint8' ? bytes : greyLevels(idxNumbers(type, bytes), await rangeOfAll(), type.whole);
  const pixels = layout.channelsFirst ? channelsLast(levels, layout) : levels;
  return { pixels, width: layout.width, height: layout.height, channels: layout.channels };
}
