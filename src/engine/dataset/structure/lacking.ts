import type { DatasetStructure } from '../../../shared/contract/dataset-structure.ts';
import type { SkippedImage } from '../../../shared/contract/run.ts';
import { codePointOrder } from '../code-point-order.ts';
import type { StructureListing } from './listing.ts';

/** What is said of a dataset that lacks what it needs, by how it is laid out. */
interface LackingWords {
  /** A sentence without its full stop: no class has anything to train on. */
  readonly noClasses: string;
  /** Where its images stand, with the preposition. */
  readonly place: string;
  readonly hint: string;
  /** What to do where a class, or another one, lacks images. */
  readonly more: string;
}

export const HINT_LAYOUT =
  'Give a folder with one folder of images for each class, or train/ and val/ folders of such.';

export function lackingWords(root: string, structure: DatasetStructure, { outside }: StructureListing): LackingWords {
  switch (structure.kind) {
    case 'classFolders': {
      const others = outside.length === 0 ? 'nothing in it' : `no folders, only ${outside.length} other files`;
      return {
        noClasses: `A dataset has a folder for each class, but ${root} has ${others}`,
        place: `in the class folders of ${root}`,
        hint: HINT_LAYOUT,
        more: 'Add images to these folders, or remove the folders.',
      };
    }
    case 'splitFolders':
      return {
        noClasses: `A train folder has a folder for each class, but that of ${root} has none`,
        place: `in the class folders of ${root}`,
        hint: HINT_LAYOUT,
        more: 'Add images to these folders, or remove the folders.',
      };
    case 'namedFiles':
      return {
        noClasses: `Each file's name holds its class, as ${structure.pattern}, but no name of a file to train on in ${root} does`,
        place: `among the files of ${root} whose names are as ${structure.pattern}`,
        hint: 'Give the pattern that the names have, without their ending, or none where it is to be recognised.',
        more: 'Add images whose names say these classes.',
      };
    case 'manifest':
      return {
        noClasses: `A manifest names images to train on with their class, but no line of ${structure.file} names one that is in ${root}`,
        place: `among the files that ${structure.file} names in ${root}`,
        hint: `Name each file in ${structure.file} by its path from there or from the folder, with its class.`,
        more: `Add lines for images of these classes to ${structure.file}, or take the classes out.`,
      };
    case 'idx':
      return {
        noClasses: `IDX files of images have one of as many labels beside each, but ${root} has no pair to train on that can be read`,
        place: `in the IDX files of ${root}`,
        hint: 'Put both files there whole, named as train-images-idx3-ubyte and train-labels-idx1-ubyte.',
        more: 'Give files with training images of each class.',
      };
    case 'unlabelled':
      return {
        noClasses: `Of the images in ${root} no class is known`,
        place: `in ${root}`,
        hint: HINT_LAYOUT,
        more: HINT_LAYOUT,
      };
  }
}

const MOST_TOLD = 3;
/** A stranger's path may be as long as a page. */
const LONGEST_PATH = 100;

/** The first of what is not used, as a sentence with a space before it; empty where all is used. */
export function firstProblems(problems: readonly SkippedImage[]): string {
  if (problems.length === 0) return '';
  const told = problems.slice(0, MOST_TOLD).map(({ path, reason }) => `${path.slice(0, LONGEST_PATH)}: ${reason}`);
  const more = problems.length - told.length;
  return ` Not used: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

/** What a listing leaves out; what cannot be read comes first, in its own order. */
export function leftOut({ refused, outside }: StructureListing): readonly SkippedImage[] {
  const others = outside.map(({ entry, reason }) => ({ path: entry.path, reason }));
  return [...refused, ...others.sort((left, right) => codePointOrder(left.path, right.path))];
}
