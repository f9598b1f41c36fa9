import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

const BATCH_BYTES = 1 << 20;

/**
 * Writes a file piece by piece, aside until it is whole.
 *
 * @returns the bytes it takes
 * @throws the file system's error, or what the pieces throw; nothing is left behind then
 */
export async function writePieces(
  file: string,
  pieces: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
): Promise<number> {
  const aside = `${file}.${randomBytes(6).toString('hex')}.part`;
  await mkdir(path.dirname(file), { recursive: true });
  try {
    let bytes = 0;
    {
      await using handle = await open(aside, 'wx', 0o600);
      let [batch, waiting]: [Buffer[], number] = [[], 0];
      for await (const piece of pieces) {
        const next = Buffer.from(piece);
        batch.push(next);
        waiting += next.length;
        bytes += next.length;
        if (waiting < BATCH_BYTES) continue;
        await handle.writeFile(Buffer.concat(batch));
        [batch, waiting] = [[], 0];
      }
      await handle.writeFile(Buffer.concat(batch));
      await handle.sync();
    }
    await rename(aside, file);
    return bytes;
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
