import { stat } from 'node:fs/promises';
import { fileState, sameState, type FileState } from '../examine-file.ts';
import { IdxProblem, readIdxFile, type IdxFile } from './idx-file.ts';

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

/** The file and the image's number that a path means; null for a path that means no image of an IDX file. */
export function idxMember(path: string): IdxMember | null {
  const [, file, index] = MEMBER.exec(path) ?? [];
  return file === undefined ? null : { file, index: Number(index) };
}

/** Those read last: a dataset has one for training and one for tests. */
const MOST_HELD = 2;
const held = new Map<string, { readonly state: FileState; readonly content: Promise<IdxFile> }>();

/**
 * The content of an IDX file, read once for as long as it stays as it is.
 *
 * @throws IdxProblem
 */
export async function idxContent(file: string): Promise<IdxFile> {
  const found = await stat(file).catch((error: unknown) => {
    throw new IdxProblem('there is no such file', { cause: error });
  });
  const state = fileState(found);
  const known = held.get(file);
  if (known && sameState(known.state, state)) return known.content;
  const content = readIdxFile(file);
  held.delete(file);
  held.set(file, { state, content });
  content.catch(() => held.delete(file));
  const [oldest] = held.keys();
  if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
  return content;
}

/** @throws IdxProblem */
export async function readIdxImage(file: string, index: number): Promise<IdxImage> {
  const { shape, values } = await idxContent(file);
  const [count = 0, height = 0, width = 0] = shape;
  if (shape.length !== 3 || index >= count) throw new IdxProblem(`it has no image ${index}`);
  const size = height * width;
  return { pixels: values.subarray(index * size, (index + 1) * size), width, height };
}
