import { mkdir, readFile, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { MOST_SUSPECTS } from '../../shared/contract/label-mistakes.ts';
import { skippedImage } from '../../shared/contract/run.ts';
import type { JudgedLabels } from '../training/extractor-protocol.ts';
import { embeddingCacheFolder, pruneEmbeddings } from './embedding-cache.ts';
import { writeAside } from './write-aside.ts';

const MOST_BYTES = 16 * 2 ** 20;

const probability = z.number().min(0).max(1);

const keptLabels = z.strictObject({
  layers: z.array(z.string()),
  images: z.int().min(0),
  accuracy: probability,
  disagreed: z.int().min(0),
  suspects: z
    .array(
      z.strictObject({
        image: z.int().min(0),
        labelProbability: probability,
        suggested: z.int().min(0),
        suggestedProbability: probability,
      }),
    )
    .max(MOST_SUSPECTS),
  unjudged: z.array(z.int().min(0)),
  fitted: z.int().nullable(),
  skipped: z.array(skippedImage),
});

// With the maps, which are made of the same features: what one clears, the other need not keep.
const fileOf = (cacheDirectory: string, key: string): string =>
  path.join(embeddingCacheFolder(cacheDirectory), `labels-${key}.json`);

/** What was made of labels under a key; null where there is nothing, or nothing that can be used. */
export async function findJudged(cacheDirectory: string, key: string): Promise<JudgedLabels | null> {
  const file = fileOf(cacheDirectory, key);
  const found = await stat(file).catch(() => null);
  if (!found?.isFile() || found.size > MOST_BYTES) return null;
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
  const kept = keptLabels.safeParse(json);
  if (!kept.success) return null;
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
  return kept.data;
}

/** Keeps what was made of labels; what cannot be kept is made again. */
export async function keepJudged(cacheDirectory: string, key: string, judged: JudgedLabels): Promise<void> {
  const folder = embeddingCacheFolder(cacheDirectory);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    writeAside(fileOf(cacheDirectory, key), JSON.stringify(judged));
  } catch (error) {
    if (error instanceof Error && 'code' in error) return;
    throw error;
  }
  await pruneEmbeddings(folder);
}
