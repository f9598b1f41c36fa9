import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { PublishedWeights } from '../../../shared/contract/published-weights.ts';

type Hash = NonNullable<PublishedWeights['hash']>;

/** Whether a file has that hash, of which the first digits may be all that is known. @returns what it has, in hexadecimal */
export async function hashFile(
  file: string,
  { algorithm, hex }: Hash,
  signal: AbortSignal,
): Promise<{ readonly matches: boolean; readonly found: string }> {
  const sum = createHash(algorithm);
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20, signal })) sum.update(piece as Buffer);
  const found = sum.digest('hex');
  return { matches: found.startsWith(hex), found };
}
