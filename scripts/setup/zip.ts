import { closeSync, createReadStream, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Unzip, UnzipInflate } from 'fflate';
import { oneLine } from '../bootstrap/set-up-error.mjs';

/**
 * Extracts members of a zip file that was checked by its sha256 before.
 *
 * @param choose where a member goes below `destination`; null leaves it out
 * @returns the files that were written
 * @throws Error when the archive is damaged or a member would leave `destination`
 */
export async function extractZip(
  archive: string,
  destination: string,
  choose: (name: string) => string | null,
): Promise<readonly string[]> {
  const written: string[] = [];
  const opened = new Set<number>();
  const unzip = new Unzip((member) => {
    const chosen = member.name.endsWith('/') ? null : choose(member.name);
    if (chosen === null) return;
    const target = path.resolve(destination, chosen);
    if (!target.startsWith(path.resolve(destination) + path.sep)) {
      throw new Error(`${member.name} would leave ${destination}`);
    }
    mkdirSync(path.dirname(target), { recursive: true });
    const file = openSync(target, 'w');
    opened.add(file);
    written.push(target);
    let bytes = 0;
    member.ondata = (error, data, final) => {
      if (error !== null) throw error;
      for (let offset = 0; offset < data.length;) offset += writeSync(file, data, offset);
      bytes += data.length;
      if (!final) return;
      closeSync(file);
      opened.delete(file);
      // The library takes the end of the archive for the end of its last member.
      if (member.originalSize !== undefined && bytes !== member.originalSize) {
        throw new Error(`${member.name} must have ${member.originalSize} bytes, found ${bytes}`);
      }
    };
    member.start();
  });
  unzip.register(UnzipInflate);
  try {
    for await (const piece of createReadStream(archive, { highWaterMark: 1 << 20 })) {
      unzip.push(piece as Buffer, false);
    }
    unzip.push(new Uint8Array(0), true);
    if (opened.size > 0) throw new Error('it ends in the middle of a member');
  } catch (cause) {
    throw new Error(`${path.basename(archive)} is damaged: ${oneLine(cause)}`, { cause });
  } finally {
    for (const file of opened) closeSync(file);
  }
  return written;
}
