import path from 'node:path';
import type { ManifestColumns } from '../../../shared/contract/dataset-structure.ts';
import type { SkippedImage } from '../../../shared/contract/run.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { Split } from '../dataset.ts';
import { listClassFiles } from '../dataset-files.ts';
import { filesOf, type Base } from '../structure/folder-layout.ts';
import type { ListedFile, StructureListing } from '../structure/listing.ts';
import { splitWord } from '../structure/split-words.ts';
import { FileIndex } from './file-index.ts';
import { isManifestName, manifestRows, type ManifestRow } from './manifest-rows.ts';
import { readManifestText } from './manifest-text.ts';

/** So much of a manifest tells whether it is one; so many of its files must be there. */
const LOOK_BYTES = 65_536;
const LOOK_ROWS = 50;
/** A folder with more tables is no dataset with a manifest. */
const MOST_TABLES = 20;

const folderOf = (file: string): string => (file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '');

/** The manifest of a dataset, relative to its root; null where there is none that names its files. */
export async function recogniseManifest(base: Base): Promise<string | null> {
  const tables = filesOf(base.entries).filter(({ name }) => isManifestName(name));
  let files: Awaited<ReturnType<typeof listClassFiles>>['files'] | null = null;
  for (const table of tables.slice(0, MOST_TABLES)) {
    const head = await readManifestText(table.realPath, table.path, LOOK_BYTES).catch(() => null);
    const rows = head && manifestRows(head.text, { name: table.name, most: LOOK_ROWS });
    const named = rows?.filter(({ kind }) => kind === 'image') ?? [];
    if (named.length === 0) continue;
    files ??= (await listClassFiles(base.root, base.root, '')).files;
    const index = new FileIndex(files, folderOf(table.path));
    const found = named.filter((row) => 'realPath' in index.find(row.path));
    if (found.length * 2 >= named.length) return table.path;
  }
  return null;
}

/** Whether a column that may say splits does: numbers of folds, for one, do not. */
function saysSplits(rows: readonly ManifestRow[]): boolean {
  const said = rows.flatMap((row) => (row.kind === 'image' && row.split !== null ? [row.split] : []));
  return said.filter((word) => splitWord(word) !== undefined).length * 2 > said.length;
}

/** In which columns that were named a manifest says what it says; '' where none were. */
function columnWords(columns: ManifestColumns | undefined): string {
  const told = [
    columns?.path ? `paths in '${columns.path}'` : '',
    columns?.label ? `classes in '${columns.label}'` : '',
    columns?.split ? `splits in '${columns.split}'` : '',
  ].filter((words) => words !== '');
  return told.length === 0 ? '' : `: ${told.join(', ')}`;
}

/**
 * Images as a manifest says their class and split.
 *
 * @param manifest its file, relative to the root, and what was said of its columns
 * @throws ThawError `dataset.missing` where it is not there, `dataset.classes` where it has no columns of paths and classes,
 *   or not those that were named
 */
export async function listManifest(
  { root }: Base,
  { file, columns }: { readonly file: string; readonly columns?: ManifestColumns | undefined },
): Promise<StructureListing> {
  const listed = await listClassFiles(root, root, '');
  const manifest = listed.files.find(({ path: own }) => own === file);
  if (!manifest) {
    throw new ThawError(
      'dataset.missing',
      `A manifest is a file within the dataset, but ${root} has no '${file}'.`,
      'Name it relative to the folder.',
    );
  }
  const { text, problem } = await readManifestText(manifest.realPath, file);
  const rows = manifestRows(text, { name: file, columns });
  if (rows === null) {
    throw new ThawError(
      'dataset.classes',
      `A manifest has a column of paths and one of classes, but in ${path.join(root, file)} none is known by its name.`,
      "Say which columns they are, or name them 'path', 'label' and, if you like, 'split'.",
    );
  }
  const index = new FileIndex(listed.files, folderOf(file));
  const files = new Map<string, ListedFile>();
  const refused: SkippedImage[] = [...listed.refused];
  const splits = new Set<Split>();
  const splitsSaid = Boolean(columns?.split) || saysSplits(rows);
  for (const row of rows) {
    const refuse = (reason: string): void =>
      void refused.push({ path: row.path === '' ? file : row.path, reason: `${reason} (line ${row.line} of ${file})` });
    if (row.kind === 'problem') {
      refuse(row.reason);
      continue;
    }
    const split = row.split === null || !splitsSaid ? 'train' : splitWord(row.split);
    const found = index.find(row.path);
    if ('reason' in found) refuse(found.reason);
    else if (split === undefined) refuse(`'${row.split?.slice(0, 50) ?? ''}' is no split`);
    else {
      const before = files.get(found.path);
      if (before && (before.className !== row.label || before.split !== split)) {
        refuse(`it was named before, as ${before.className} of ${before.split}, and that counts`);
      }
      if (!before) files.set(found.path, { ...found, split, className: row.label });
      if (row.split !== null && splitsSaid) splits.add(split);
    }
  }
  const used = [...files.values()];
  return {
    classNames: [...new Set(used.flatMap(({ split, className }) => (split === 'train' ? [className] : [])))],
    files: used,
    contained: [],
    outside: listed.files
      .filter((own) => !files.has(own.path) && own.path !== file)
      .map((own) => ({ entry: { kind: 'file', name: own.path, ...own }, reason: `${file} does not name it` })),
    refused,
    splits,
    words: `${file} says the class${splits.size > 0 ? ' and the split' : ''} of each image${columnWords(columns)}.`,
    notes: problem === null ? [] : [problem],
  };
}
