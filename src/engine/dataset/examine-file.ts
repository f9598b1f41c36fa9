import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { readableReason } from './dataset-files.ts';
import { FILE_KIND_BYTES, fileKind, formatProblem } from './image-format.ts';

/** No photograph is larger; a bigger file is skipped before it is read. */
export const MAXIMUM_FILE_BYTES = 256 * 2 ** 20;

/** By which a file is known to be as it was, without reading it again. */
export interface FileState {
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly changed: number;
}

/** What a file was found to be: an image by its content's SHA-256 in hex, or why it is none. */
export type FileContent =
  { readonly contentHash: string; readonly problem: null } | { readonly contentHash: null; readonly problem: string };

/** A file that was examined before. */
export type KnownFile = FileContent & { readonly state: FileState };

/** What the first look at a file tells. `unreadable` says nothing of its content: another look may find it readable. */
export type Examined =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'file'; readonly file: KnownFile }
  | { readonly kind: 'unreadable'; readonly reason: string };

export function fileState({ size, mtimeMs, ctimeMs }: Stats): FileState {
  return { bytes: size, modified: mtimeMs, changed: ctimeMs };
}

export function sameState(left: FileState, right: FileState): boolean {
  return left.bytes === right.bytes && left.modified === right.modified && left.changed === right.changed;
}

/** A file may change once more within the grain of its times, which is coarse on some disks. */
const SETTLED_MILLISECONDS = 2_500;
const UNSETTLED = -1;

/**
 * A state that the file will not be found in again where it may yet change without its times telling. A time that is well
 * ahead, as by the clock of a camera, is none that a change of now would have.
 */
function settledState(state: FileState): FileState {
  const now = Date.now();
  const settled = [state.modified, state.changed].every((time) => Math.abs(now - time) > SETTLED_MILLISECONDS);
  return settled ? state : { ...state, changed: UNSETTLED };
}

function contentOf(file: number, size: number, scratch: Uint8Array): FileContent | 'shorter' {
  const problem = (reason: string): FileContent => ({ contentHash: null, problem: reason });
  if (size === 0) return problem('the file is empty (zero bytes)');
  if (size > MAXIMUM_FILE_BYTES) {
    return problem(`the file has ${size} bytes, more than the ${MAXIMUM_FILE_BYTES} that are read`);
  }
  const hash = createHash('sha256');
  let done = 0;
  while (done < size) {
    const bytesRead = readSync(file, scratch, 0, Math.min(scratch.length, size - done), done);
    if (bytesRead === 0) return 'shorter';
    if (done === 0) {
      const kind = fileKind(scratch.subarray(0, Math.min(bytesRead, FILE_KIND_BYTES)));
      if (kind.kind !== 'image') return problem(formatProblem(kind));
    }
    hash.update(scratch.subarray(0, bytesRead));
    done += bytesRead;
  }
  return { contentHash: hash.digest('hex'), problem: null };
}

/**
 * Recognises a file by its first bytes and takes the SHA-256 of its content, unless it is as it was; it waits for the disk.
 *
 * @param known the file's state when it was examined before
 * @param scratch overwritten; at least as long as `fileKind` needs
 */
export function examineFile(path: string, known: FileState | null, scratch: Uint8Array): Examined {
  try {
    if (known !== null && sameState(fileState(statSync(path)), known)) return { kind: 'unchanged' };
    const file = openSync(path, 'r');
    try {
      const state = fileState(fstatSync(file));
      const content = contentOf(file, state.bytes, scratch);
      if (content === 'shorter') return { kind: 'unreadable', reason: 'the file became shorter while it was read' };
      return { kind: 'file', file: { ...content, state: settledState(state) } };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return { kind: 'unreadable', reason: readableReason(error) };
  }
}
