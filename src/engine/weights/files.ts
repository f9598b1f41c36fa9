import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { ThawError } from '../../shared/errors/thaw-error.ts';

/**
 * @param found the rule and what was found, as a sentence: `A safetensors header ends within the file; ...`
 */
export function unreadable(path: string, found: string, hint: string, cause?: unknown): ThawError {
  return new ThawError('weights.unreadable', `${found} File: ${path}.`, hint, { cause });
}

export const DAMAGED_HINT = 'The file is damaged or was not copied completely: fetch it again.';

/** For a tensor that is asked for by name and is not in the file. */
export function noSuchTensor(path: string, name: string): ThawError {
  return new ThawError(
    'weights.mismatch',
    `Weights must hold the tensors of their network; ${path} has no '${name}'.`,
    'Choose the network that these weights were trained for.',
  );
}

/** For what the operating system refuses while a file that was there is read. */
export function unreadableFile(path: string, error: unknown): ThawError {
  const problem = error instanceof Error ? error.message : String(error);
  return unreadable(path, `A weight file must be readable; received ${problem}.`, 'Check its permissions.', error);
}

/**
 * The size of a file that is to be read, in bytes: a device or a pipe says 0, and its bytes have no end.
 *
 * @throws ThawError `weights.unreadable` for what is no file, and the system's error where nothing is there
 */
export async function regularFileBytes(path: string): Promise<number> {
  const found = await stat(path);
  if (found.isFile()) return found.size;
  throw unreadable(
    path,
    'Weights are read from regular files; this is a folder, a device, a pipe or a socket.',
    'Copy the weights into a file.',
  );
}

const HASH_CHUNK_BYTES = 1 << 20;

/** SHA-256 of the files' bytes one after another, lower-case hexadecimal. */
export async function hashFiles(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(HASH_CHUNK_BYTES);
  for (const path of paths) {
    try {
      await using file = await open(path, 'r');
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
        if (bytesRead === 0) break;
        hash.update(chunk.subarray(0, bytesRead));
      }
    } catch (error) {
      throw unreadableFile(path, error);
    }
  }
  return hash.digest('hex');
}

/** Fills `target` from a file, or says that the file is too short. */
export function readInto(path: string, offset: number, target: Uint8Array): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw unreadableFile(path, error);
  }
  try {
    for (let done = 0; done < target.length;) {
      const read = readSync(descriptor, target, done, target.length - done, offset + done);
      if (read === 0) {
        throw unreadable(
          path,
          `${target.length} bytes were announced at ${offset}; the file ends after ${done} of them.`,
          DAMAGED_HINT,
        );
      }
      done += read;
    }
  } catch (error) {
    throw error instanceof ThawError ? error : unreadableFile(path, error);
  } finally {
    closeSync(descriptor);
  }
}

const MOST_DIMENSIONS = 32;

/**
 * The number of values of a shape that a file claims, or null when it is no shape: negative, fractional, or of more values
 * than can be counted exactly.
 */
export function claimedElements(shape: readonly unknown[]): number | null {
  if (shape.length > MOST_DIMENSIONS) return null;
  let product = 1;
  for (const size of shape) {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null;
    product *= size;
    if (!Number.isSafeInteger(product)) return null;
  }
  return product;
}
