import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Measured } from '../health/measures.ts';
import type { DatasetIndex } from './dataset-index.ts';
import { SLICE } from './known-files.ts';

/** Raised where images are measured in another way: what was measured before is then measured anew. */
const VERSION = 1;

/** What was found of a content. */
export interface ImageSeen {
  readonly measured: Measured;
  /** As EXIF numbers it; null where the file says none. */
  readonly orientation: number | null;
  /** What it is compared with others by, packed; null where it does not decode. */
  readonly fingerprint: Uint8Array | null;
}

const row = z.object({
  problem: z.string().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  format: z.string().nullable(),
  channels: z.enum(['grey', 'colour', 'cmyk']).nullable(),
  orientation: z.number().nullable(),
  transparent: z.number().nullable(),
  contrast: z.number().nullable(),
  fingerprint: z.instanceof(Uint8Array).nullable(),
});

/** null for a row that says too little, as none is written. */
function seenOf(found: z.infer<typeof row>): ImageSeen | null {
  const { problem, width, height, format, channels, transparent, contrast, orientation, fingerprint } = found;
  if (problem !== null) return { measured: { kind: 'problem', reason: problem }, orientation: null, fingerprint: null };
  if (width === null || height === null || format === null || channels === null || contrast === null) return null;
  const measures = { width, height, format, channels, transparent: transparent === 1, contrast };
  return { measured: { kind: 'measures', measures }, orientation, fingerprint };
}

/** What the index knows of contents, by their hash. @throws the signal's reason */
export async function storedMeasures(
  index: DatasetIndex,
  contentHashes: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, ImageSeen>> {
  const seen = new Map<string, ImageSeen>();
  for (let start = 0; start < contentHashes.length; start += SLICE) {
    index.read('read what images are like', (database) => {
      const statement = database.prepare<[string, number]>(
        `SELECT problem, width, height, format, channels, orientation, transparent, contrast, fingerprint
         FROM image_measures WHERE content_hash = ? AND version = ?`,
      );
      for (const contentHash of contentHashes.slice(start, start + SLICE)) {
        const stored = statement.get(contentHash, VERSION);
        // To say what is wrong with nothing takes longer than all else, and most are not there when a folder is new.
        if (stored === undefined) continue;
        const found = row.safeParse(stored);
        const own = found.success ? seenOf(found.data) : null;
        if (own) seen.set(contentHash, own);
      }
    });
    await setImmediate();
    signal.throwIfAborted();
  }
  return seen;
}

/** @throws ThawError `disk.full`, `disk.readOnly`, `index.unreadable` */
export function storeMeasures(index: DatasetIndex, seen: ReadonlyMap<string, ImageSeen>): void {
  index.write('write what images are like', (database) => {
    const statement = database.prepare(
      `INSERT OR REPLACE INTO image_measures (content_hash, version, problem, width, height, format, channels, orientation,
         transparent, contrast, fingerprint)
       VALUES (:contentHash, :version, :problem, :width, :height, :format, :channels, :orientation, :transparent,
         :contrast, :fingerprint)`,
    );
    for (const [contentHash, { measured, orientation, fingerprint }] of seen) {
      const measures = measured.kind === 'measures' ? measured.measures : null;
      statement.run({
        contentHash,
        version: VERSION,
        problem: measured.kind === 'problem' ? measured.reason : null,
        width: measures?.width ?? null,
        height: measures?.height ?? null,
        format: measures?.format ?? null,
        channels: measures?.channels ?? null,
        orientation,
        transparent: measures === null ? null : measures.transparent ? 1 : 0,
        contrast: measures?.contrast ?? null,
        fingerprint,
      });
    }
  });
}
