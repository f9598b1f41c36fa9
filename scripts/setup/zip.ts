import { closeSync, createReadStream, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Unzip, UnzipInflate } from 'fflate';

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
  let failure: unknown;
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
    member.ondata = (error, data, final) => {
      if (error !== null) {
        failure ??= error;
        return;
      }
      for (let offset = 0; offset < data.length;) offset += writeSync(file, data, offset);
      if (!final) return;
      closeSync(file);
      opened.delete(file);
    };
    member.start();
  });
  unzip.register(UnzipInflate);
  try {
    for await (const piece of createReadStream(archive, { highWaterMark: 1 << 20 })) {
      unzip.push(piece as Buffer, false);
      if (failure !== undefined) throw new Error(`${path.basename(archive)} is damaged`, { cause: failure });
    }
    unzip.push(new Uint8Array(0), true);
    if (opened.size > 0) throw new Error(`${path.basename(archive)} ends in the middle of a member`);
  } finally {
    for (const file of opened) closeSync(file);
  }
  return written;
}
