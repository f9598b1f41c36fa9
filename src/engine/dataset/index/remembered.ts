import path from 'node:path';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { KnownFile } from '../examine-file.ts';
import { compareFiles } from './compare-files.ts';
import { copyDataset } from './copy-dataset.ts';
import type { DatasetIndex } from './dataset-index.ts';
import { enterDataset, knownDataset } from './indexed-dataset.ts';
import { knownFiles } from './known-files.ts';
import { recordFiles } from './record-files.ts';
import { formerDataset, goneDataset, isGone, isMoved, relocate, type OtherDataset } from './relocate.ts';

/** How many files became what since a dataset was looked at last. */
export interface FileCounts {
  readonly added: number;
  readonly changed: number;
  readonly moved: number;
  readonly removed: number;
}

/** What the index makes of a dataset that was read. */
export interface IndexedContent {
  /** Its id there; null where it could not be entered. */
  readonly dataset: number | null;
  /** null where it was unknown. */
  readonly changes: FileCounts | null;
  /** Where it lay before; null where it still lies there. */
  readonly movedFrom: string | null;
  /** What could not be kept, and of which other place it is a copy, for people. */
  readonly notes: readonly string[];
}

/** What the index knows of a dataset before it is read. */
export interface Remembered {
  /** null for an unknown root. */
  readonly dataset: number | null;
  /** What may have been moved to that root. */
  readonly gone: OtherDataset | null;
  /** What lay at that root until it was found elsewhere, where it is still. */
  readonly former: OtherDataset | null;
  readonly files: ReadonlyMap<string, KnownFile>;
}

/** So many paths are looked for at a time. */
const LOOKED_FOR = 64;

/**
 * @param root of the dataset, links resolved
 * @param paths of the files that lie there
 */
export async function remember(
  index: DatasetIndex,
  root: string,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Remembered> {
  const dataset = knownDataset(index, root);
  if (dataset !== null) return { dataset, gone: null, former: null, files: await knownFiles(index, dataset, signal) };
  const gone = await goneDataset(index, new Set(paths), signal);
  const former = gone ? null : await formerDataset(index, root, signal);
  // A folder that is renamed leaves its files' times as they are: they need not be read to be known again.
  return { dataset, gone, former, files: (gone ?? former)?.files ?? new Map<string, KnownFile>() };
}

async function gonePaths(root: string, paths: readonly string[]): Promise<string[]> {
  const gone: string[] = [];
  for (let start = 0; start < paths.length; start += LOOKED_FOR) {
    const some = paths.slice(start, start + LOOKED_FOR);
    const are = await Promise.all(some.map((one) => isGone(path.join(root, one))));
    gone.push(...some.filter((_, place) => are[place]));
  }
  return gone;
}

interface ReadFiles {
  /** Of the dataset, links resolved. */
  readonly root: string;
  /** By path, what is there. */
  readonly files: ReadonlyMap<string, KnownFile>;
  /** Asked before anything is noted as gone. @throws where the root itself has gone */
  readonly expectStillThere: () => Promise<void>;
}

/** Told where the index cannot be written. */
export const NOT_KEPT =
  'What is found of its files is not kept, for the folder of Thaw cannot be written: it is found out anew next time.';

const alsoThere = (root: string): string =>
  `Its images were opened at ${root} while they were not here: what was decided of them at ${root} holds here as well, and from now on each place has its own.`;

function refusal(error: unknown): string {
  // Reading a dataset does not need room or permission to write; what is damaged is said before anything is lost.
  if (!(error instanceof ThawError) || !(error.code.startsWith('disk.') || error.code === 'index.unreadable'))
    throw error;
  return `What was found of its files is not kept, and is found out anew next time: ${error.message}`;
}

/** Compares what was read with what was known, and has the index know it. */
export async function keep(
  index: DatasetIndex,
  { dataset: known, gone, former, files: before }: Remembered,
  { root, files, expectStillThere }: ReadFiles,
): Promise<IndexedContent> {
  const moved = gone !== null && isMoved(gone, files) ? gone : null;
  const copied = former !== null && isMoved(former, files) ? former : null;
  const isKnown = known !== null || moved !== null || copied !== null;
  const previous = isKnown ? before : new Map<string, KnownFile>();
  const missing = [...previous.keys()].filter((one) => !files.has(one));
  const absent = await gonePaths(root, missing);
  await expectStillThere();
  const changes = compareFiles(previous, files, absent);
  let dataset = known ?? moved?.id ?? null;
  const notes: string[] = index.kept ? [] : [NOT_KEPT];
  try {
    if (moved) relocate(index, moved, root);
    else dataset = copied ? copyDataset(index, copied.id, root) : enterDataset(index, root);
    if (copied) notes.push(alsoThere(copied.root));
    if (dataset !== null) await recordFiles(index, dataset, changes, { known: previous, found: files, gone: absent });
  } catch (error) {
    notes.push(refusal(error));
  }
  const { added, changed, removed } = changes;
  const counts = { added: added.length, changed: changed.length, moved: changes.moved.length, removed: removed.length };
  return {
    dataset,
    changes: isKnown ? counts : null,
    movedFrom: moved?.root ?? null,
    notes,
  };
}
