import type { SplitPlan } from '../../../shared/contract/split-plan.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { DatasetImage, Split } from '../dataset.ts';
import { divide, type Division } from './divide.ts';
import { groupsOf } from './groups.ts';
import { strongestPins } from './pins.ts';

/** What decides which images train, validate and test. */
export interface SplitOptions {
  /** Share of each class held out for validation, in (0, 1), where it is held out by share. */
  readonly validationShare: number;
  readonly seed: number;
  /** As the dataset says where it is left out. */
  readonly split?: SplitPlan | undefined;
  /** null and undefined keep nothing together but images of one content. */
  readonly groupPattern?: string | null | undefined;
  /** Whether images will do of which no classes are known, as they do where images alone are looked at. */
  readonly withoutClasses?: boolean | undefined;
}

export function sameSplit(left: SplitOptions, right: SplitOptions): boolean {
  const key = ({
    validationShare,
    seed,
    split = { kind: 'given' },
    groupPattern = null,
    withoutClasses = false,
  }: SplitOptions): string => JSON.stringify([validationShare, seed, split, groupPattern, withoutClasses]);
  return key(left) === key(right);
}

type SplitImage = Pick<DatasetImage, 'path' | 'split' | 'label' | 'contentHash' | 'pinned'>;

/**
 * What must stay together with each image: the images of its content, and those of its group. A unit is called by the first
 * of its groups by code unit, or by its content where it has none, so that its place stays when images are added.
 */
function unitsOf(images: readonly SplitImage[], pattern: string | null): readonly string[] {
  if (pattern === null) return images.map(({ contentHash }) => contentHash);
  const groups = groupsOf(
    images.map(({ path }) => path),
    pattern,
  );
  const parents = new Map<string, string>();
  const find = (name: string): string => {
    let root = name;
    for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent;
    for (let at = name; at !== root;) {
      const next = parents.get(at) ?? root;
      parents.set(at, root);
      at = next;
    }
    return root;
  };
  // A group's name begins with a sign that sorts before every content hash: of two roots the lesser one stays.
  const join = (left: string, right: string): void => {
    const [first, second] = [find(left), find(right)];
    if (first !== second) parents.set(first < second ? second : first, first < second ? first : second);
  };
  images.forEach(({ contentHash }, index) => {
    const group = groups[index];
    if (group !== null && group !== undefined) join(contentHash, `!${group}`);
  });
  return images.map(({ contentHash }) => find(contentHash));
}

interface Pool {
  readonly division: Division;
  /** Of these splits the images are divided anew. */
  readonly of: readonly Split[];
}

function poolOf(ownValidation: boolean, { split = { kind: 'given' }, validationShare }: SplitOptions): Pool | null {
  switch (split.kind) {
    case 'given':
      return ownValidation ? null : { division: { kind: 'share', validationShare, testShare: 0 }, of: ['train'] };
    case 'share': {
      const { testShare } = split;
      if (validationShare + testShare >= 1) {
        throw new ThawError(
          'usage.invalid',
          `Something must be left to train on, but ${validationShare} of the images validate and ${testShare} test.`,
          'Choose smaller shares.',
        );
      }
      const of: readonly Split[] = testShare > 0 ? ['train', 'validation', 'test'] : ['train', 'validation'];
      return { division: { kind: 'share', validationShare, testShare }, of };
    }
    case 'folds': {
      const { folds, fold } = split;
      if (fold > folds) {
        throw new ThawError(
          'usage.invalid',
          `A fold is one of those there are; received fold ${fold} of ${folds}.`,
          `Choose one from 1 to ${folds}.`,
        );
      }
      return { division: { kind: 'folds', folds, fold }, of: ['train', 'validation'] };
    }
  }
}

/** Of which splits, as a dataset brings them, images may come to train. @throws ThawError as `splitImages` */
export function splitsToTrainOn(ownValidation: boolean, options: SplitOptions): readonly Split[] {
  return poolOf(ownValidation, options)?.of ?? ['train'];
}

/**
 * That no group has images both among those that are divided and among those that are kept as they are.
 *
 * @throws ThawError `usage.invalid`
 */
function refuseTorn(images: readonly SplitImage[], within: readonly boolean[], units: readonly string[]): void {
  const divided = new Set(units.filter((_, index) => within[index]));
  const torn = images.findIndex((_, index) => !within[index] && divided.has(units[index] ?? ''));
  const kept = images[torn];
  if (!kept) return;
  const other = images.find((_, index) => within[index] && units[index] === units[torn]);
  throw new ThawError(
    'usage.invalid',
    `Groups are kept together where images are divided; this dataset keeps its ${kept.split} images, and ${kept.path} of them is of one group with ${other?.path ?? 'others'}.`,
    'Hold a share out for tests as well, so that all images are divided anew, or leave the pattern of groups out.',
  );
}

/**
 * That no group has images in two of the splits that a dataset brings.
 *
 * @throws ThawError `usage.invalid`
 */
function refuseSpread(images: readonly SplitImage[], pattern: string): void {
  const first = new Map<string, SplitImage>();
  unitsOf(images, pattern).forEach((unit, index) => {
    const image = images[index];
    const other = first.get(unit);
    if (!image || !other) {
      if (image) first.set(unit, image);
      return;
    }
    if (other.split === image.split) return;
    throw new ThawError(
      'usage.invalid',
      `Groups are kept together where images are divided; this dataset brings a validation of its own, and has ${other.path} in ${other.split} and ${image.path}, of one group with it, in ${image.split}.`,
      'Divide its images anew, by shares or in folds, or leave the pattern of groups out.',
    );
  });
}

/**
 * The split of each image, as a plan asks for it; what is pinned keeps its own, and so does all that stays together with it.
 *
 * @param ownValidation whether the dataset brings validation images
 * @throws ThawError `usage.invalid` for shares that leave nothing, a fold that is none, a pattern that is none, or a group
 *   that reaches into a split that is kept
 */
export function splitImages(
  images: readonly SplitImage[],
  ownValidation: boolean,
  options: SplitOptions,
): readonly Split[] {
  const pool = poolOf(ownValidation, options);
  const { groupPattern = null } = options;
  if (pool === null) {
    if (groupPattern !== null) refuseSpread(images, groupPattern);
    return images.map(({ split }) => split);
  }
  const within = images.map(({ split, pinned }) => pinned !== undefined || pool.of.includes(split));
  const units = unitsOf(images, groupPattern);
  // Without groups, copies of tests among the others are for the dataset's health to tell, as they always were.
  if (groupPattern !== null) refuseTorn(images, within, units);
  const byClass = new Map<number, string[]>();
  images.forEach(({ label }, index) => {
    if (!within[index]) return;
    const own = byClass.get(label) ?? [];
    own.push(units[index] ?? '');
    byClass.set(label, own);
  });
  const classes = [...byClass].sort(([left], [right]) => left - right).map(([, own]) => own);
  const splits = divide(
    classes,
    pool.division,
    options.seed,
    strongestPins(images, (_, index) => units[index] ?? ''),
  );
  return images.map(({ split }, index) => (within[index] ? (splits.get(units[index] ?? '') ?? 'train') : split));
}
