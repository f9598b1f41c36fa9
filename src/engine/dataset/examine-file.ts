import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
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

/** What the first look at a file tells: that it is an image and which, or why it is not used. */
export type Examined =
  | { readonly kind: 'image'; readonly bytes: number; readonly contentHash: string; readonly state: FileState }
  | { readonly kind: 'problem'; readonly reason: string };

export function fileState({ size, mtimeMs, ctimeMs }: Stats): FileState {
  return { bytes: size, modified: mtimeMs, changed: ctimeMs };
}

export function sameState(left: FileState, right: FileState): boolean {
  return left.bytes === right.bytes && left.modified === right.modified && left.changed === right.changed;
}

const problem = (reason: string): Examined => ({ kind: 'problem', reason });

/**
 * Recognises a file by its first bytes and takes the SHA-256 of its content, without holding more than `scratch` of it.
 *
 * @param scratch memory that no other call uses at the same time, at least as long as `fileKind` needs
 */
export async function examineFile(file: string, scratch: Uint8Array): Promise<Examined> {
  try {
    const handle = await open(file, 'r');
    try {
      const found = await handle.stat();
      const { size } = found;
      if (size === 0) return problem('the file is empty (zero bytes)');
      if (size > MAXIMUM_FILE_BYTES) {
        return problem(`the file has ${size} bytes, more than the ${MAXIMUM_FILE_BYTES} that are read`);
      }
      const hash = createHash('sha256');
      let done = 0;
      while (done < size) {
        const { bytesRead } = await handle.read(scratch, 0, Math.min(scratch.length, size - done), done);
        if (bytesRead === 0) return problem('the file became shorter while it was read');
        if (done === 0) {
          const kind = fileKind(scratch.subarray(0, Math.min(bytesRead, FILE_KIND_BYTES)));
          if (kind.kind !== 'image') return problem(formatProblem(kind));
        }
        hash.update(scratch.subarray(0, bytesRead));
        done += bytesRead;
      }
      return { kind: 'image', bytes: size, contentHash: hash.digest('hex'), state: fileState(found) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return problem(readableReason(error));
  }
}
