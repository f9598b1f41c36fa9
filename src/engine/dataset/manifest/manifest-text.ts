import { open } from 'node:fs/promises';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { readableReason } from '../dataset-files.ts';

/** Some million lines. */
const MOST_BYTES = 128 * 2 ** 20;

export interface ManifestText {
  readonly text: string;
  /** What was wrong with its characters, a sentence; null where nothing was. */
  readonly problem: string | null;
}

/** What stands in the text where bytes were no UTF-8. */
export const UNREADABLE_CHARACTER = '\ufffd';

/** UTF-16 by its mark or, where that is missing, by the zeros beside the plain letters that a manifest begins with. */
function wideEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (second === 0 && fourth === 0 && first !== 0 && third !== 0) return 'utf-16le';
  return first === 0 && third === 0 && second !== 0 && fourth !== 0 ? 'utf-16be' : null;
}

function decode(bytes: Uint8Array, name: string): ManifestText {
  const wide = wideEncoding(bytes);
  if (wide !== null) return { text: new TextDecoder(wide).decode(bytes), problem: null };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), problem: null };
  } catch {
    return {
      text: new TextDecoder('utf-8').decode(bytes),
      problem: `${name} is not UTF-8 throughout, as it should be: lines with other characters are left out. Save it as UTF-8.`,
    };
  }
}

/**
 * Reads a manifest's text: UTF-8 with or without its mark, or UTF-16.
 *
 * @param most of the file's bytes, where its beginning is enough
 * @throws ThawError `dataset.missing` where it cannot be read, `file.tooLarge`
 */
export async function readManifestText(file: string, name: string, most?: number): Promise<ManifestText> {
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    if (size > MOST_BYTES && most === undefined) {
      throw new ThawError(
        'file.tooLarge',
        `A manifest has at most ${MOST_BYTES} bytes; ${name} has ${size}.`,
        'Split the dataset, or lay its images out in folders.',
      );
    }
    const bytes = new Uint8Array(Math.min(size, most ?? size));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return decode(bytes.subarray(0, bytesRead), name);
  } catch (error) {
    if (error instanceof ThawError) throw error;
    throw new ThawError(
      'dataset.missing',
      `A dataset's manifest must be readable, but of ${name}: ${readableReason(error)}.`,
      'Check the file, or choose another structure.',
      { cause: error },
    );
  }
}
