import { Option, type Command } from 'commander';
import type { DatasetStructure } from '../../shared/contract/dataset-structure.ts';
import type { DatasetSource } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { givenPath } from '../given-path.ts';

const NAMED = ['classFolders', 'splitFolders', 'idx', 'unlabelled'] as const;

/** How a dataset's folder is laid out; at most one of the three, none where it is recognised. */
export interface StructureFlags {
  readonly structure?: (typeof NAMED)[number];
  readonly namePattern?: string;
  readonly manifest?: string;
  readonly pathColumn?: string;
  readonly labelColumn?: string;
  readonly splitColumn?: string;
}

export function addStructureFlags(command: Command): void {
  command
    .addOption(
      new Option('--structure <name>', 'how the folder is laid out, where it is not to be recognised')
        .choices(NAMED)
        .conflicts(['namePattern', 'manifest']),
    )
    .addOption(
      new Option(
        '--name-pattern <pattern>',
        "where a file's name has its class: {class}, * for any characters, # for a number: {class}.# for cat.0.jpg",
      ).conflicts(['manifest']),
    )
    .option('--manifest <file>', 'a CSV or JSON-lines file within the folder: path, label and, if you like, split')
    .option('--path-column <name>', "the manifest's column of paths, where it is not to be recognised")
    .option('--label-column <name>', 'its column of classes')
    .option('--split-column <name>', 'its column of splits');
}

/**
 * What the flags ask for; undefined where they ask for nothing.
 *
 * @throws ThawError `usage.invalid` for columns of no manifest
 */
export function structureAsked(flags: StructureFlags): DatasetStructure | undefined {
  const { structure, namePattern, manifest, pathColumn, labelColumn, splitColumn } = flags;
  const named = [pathColumn, labelColumn, splitColumn].some((column) => column !== undefined);
  if (named && manifest === undefined) {
    throw new ThawError(
      'usage.invalid',
      '--path-column, --label-column and --split-column name columns of a manifest; received one without --manifest.',
      'Name the manifest as well: --manifest labels.csv.',
    );
  }
  if (namePattern !== undefined) return { kind: 'namedFiles', pattern: namePattern };
  if (manifest !== undefined) {
    const file = manifest.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
    if (!named) return { kind: 'manifest', file };
    const columns = { path: pathColumn ?? null, label: labelColumn ?? null, split: splitColumn ?? null };
    return { kind: 'manifest', file, columns };
  }
  return structure === undefined ? undefined : { kind: structure };
}

/**
 * The folder that is meant, as it is laid out; undefined where none was given.
 *
 * @throws ThawError `usage.invalid` for a layout of nothing
 */
export function folderSource(flags: StructureFlags & { readonly dataset?: string }): DatasetSource | undefined {
  const structure = structureAsked(flags);
  if (flags.dataset !== undefined) {
    return { kind: 'folder', path: givenPath(flags.dataset), ...(structure && { structure }) };
  }
  if (structure === undefined) return undefined;
  throw new ThawError(
    'usage.invalid',
    '--structure, --name-pattern and --manifest say how the folder is laid out; received one without a folder.',
    'Name the folder as well, or leave it out.',
  );
}
