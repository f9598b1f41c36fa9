import type { FoundProblem } from '../../../shared/contract/dataset-health.ts';
import type { MENDABLE } from '../../../shared/contract/findings.ts';
import { codePointOrder } from '../code-point-order.ts';
import { SPLITS } from '../dataset.ts';
import type { PlainFinding } from './findings.ts';

type Mendable = (typeof MENDABLE)[number];

/** What puts a finding right. */
export interface Mending {
  /** Images to be left out. */
  readonly images: readonly FoundProblem[];
  /** For people: what is done, and what stays. */
  readonly words: string;
}

type Group = PlainFinding['groups'][number];

const rank = ({ split }: FoundProblem): number => (split === null ? -1 : SPLITS.indexOf(split));

/** Of copies in several splits, those in tests stay, or else those that validate. */
function lesser(group: Group): readonly FoundProblem[] {
  const most = Math.max(...group.map(rank));
  return group.filter((image) => rank(image) < most);
}

function furtherCopies(group: Group): readonly FoundProblem[] {
  return group.toSorted((left, right) => codePointOrder(left.path, right.path)).slice(1);
}

const counted = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${count.toLocaleString('en')} ${many}`;

const RULES: { readonly [Kind in Mendable]: (groups: readonly Group[]) => Mending } = {
  leaks: mendLeaks,
  nearLeaks: mendLeaks,
  duplicates: mendDuplicates,
  nearDuplicates: mendDuplicates,
  corrupt: (groups) => {
    const images = groups.flat();
    return { images, words: `Exclude ${counted(images.length, 'image that does', 'images that do')} not decode` };
  },
  conflicts: (groups) => {
    const images = groups.flat();
    return { images, words: `Exclude all ${images.length.toLocaleString('en')} copies that are in several classes` };
  },
};

function mendLeaks(groups: readonly Group[]): Mending {
  const images = groups.flatMap(lesser);
  const copies = counted(images.length, 'copy', 'copies');
  const training = images.every(({ split }) => split === 'train');
  return {
    images,
    words: training ? `Exclude ${copies} from training` : `Exclude ${copies}, and keep those in the stricter split`,
  };
}

function mendDuplicates(groups: readonly Group[]): Mending {
  const images = groups.flatMap(furtherCopies);
  return { images, words: `Exclude ${counted(images.length, 'copy', 'copies')}, and keep the first of each` };
}

function isMendable(kind: PlainFinding['kind']): kind is Mendable {
  return Object.hasOwn(RULES, kind);
}

/**
 * What would put a finding right; null where leaving images out does not.
 *
 * @param only any image of each group that is meant; all groups where it is left out
 */
export function mendingOf({ kind, groups }: PlainFinding, only?: ReadonlySet<string>): Mending | null {
  if (!isMendable(kind)) return null;
  const each = kind === 'corrupt' ? groups.flat().map((image) => [image]) : groups;
  const meant = only ? each.filter((group) => group.some(({ imageId }) => only.has(imageId))) : each;
  return meant.length === 0 ? null : RULES[kind](meant);
}
