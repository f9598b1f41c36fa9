import type { SkippedImage } from '../../../shared/contract/run.ts';
import type { Split } from '../dataset.ts';
import { listClassFiles } from '../dataset-files.ts';
import { isImageName } from '../image-name.ts';
import { hasSplits, splitLayout, type Base, type FolderEntry } from './folder-layout.ts';
import type { ListedFile, StructureListing } from './listing.ts';
import { deriveNamePattern, namePattern } from './name-pattern.ts';

interface SplitFiles {
  readonly split: Split;
  readonly files: readonly { readonly path: string; readonly realPath: string }[];
}

/** Files as they lie in split folders, where there are some, or in the folder itself. */
async function filesBySplit(base: Base): Promise<{
  readonly parts: readonly SplitFiles[];
  readonly splits: ReadonlySet<Split>;
  readonly outside: readonly FolderEntry[];
  readonly refused: readonly SkippedImage[];
}> {
  const layout = await splitLayout(base);
  if (!hasSplits(layout)) {
    const { files, refused } = await listClassFiles(base.root, base.realPath, base.path);
    return { parts: [{ split: 'train', files }], splits: new Set(), outside: [], refused };
  }
  const parts: SplitFiles[] = [];
  const refused = [...layout.refused];
  for (const [split, { folder }] of layout.splits) {
    const listed = await listClassFiles(base.root, folder.realPath, folder.path);
    parts.push({ split, files: listed.files });
    for (const one of listed.refused) refused.push(one);
  }
  const within = [...layout.splits.values()].map(({ folder }) => `${folder.path}/`);
  const outside = layout.outside.filter(({ path }) => !within.some((folder) => path.startsWith(folder)));
  return { parts, splits: new Set(layout.splits.keys()), outside, refused };
}

/** The pattern by which the files' names say their class; null where they say none. */
export async function recogniseNames(base: Base): Promise<string | null> {
  const { parts } = await filesBySplit(base);
  const files = parts.find(({ split }) => split === 'train')?.files ?? [];
  return deriveNamePattern(files.filter(({ path }) => isImageName(path)).map(({ path }) => path));
}

/** Files whose names hold their class. @throws ThawError `usage.invalid` for a pattern that is none; the signal's reason */
export async function listNamedFiles(
  base: Base,
  pattern: string,
  signal: AbortSignal | undefined,
): Promise<StructureListing> {
  const classOf = namePattern(pattern);
  const { parts, splits, outside, refused } = await filesBySplit(base);
  const files: ListedFile[] = [];
  const others: { entry: FolderEntry; reason: string }[] = outside.map((entry) => ({
    entry,
    reason: 'it lies outside of the folders that hold the images',
  }));
  const reason = `its name does not fit the pattern ${pattern}`;
  const given = new Set<Split>();
  for (const part of parts) {
    signal?.throwIfAborted();
    for (const file of part.files) {
      const className = classOf(file.path);
      if (className === null) others.push({ entry: { kind: 'file', name: file.path, ...file }, reason });
      else {
        files.push({ ...file, split: part.split, className });
        given.add(part.split);
      }
    }
  }
  return {
    classNames: [...new Set(files.flatMap(({ split, className }) => (split === 'train' ? [className] : [])))],
    files,
    contained: [],
    outside: others,
    refused,
    // A test folder without classes, as competitions have it, is no test split.
    splits: new Set([...splits].filter((split) => given.has(split))),
    words: `The class stands in each file's name, as ${pattern}.`,
    notes: [],
  };
}
