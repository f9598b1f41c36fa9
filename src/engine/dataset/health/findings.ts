import type { FoundProblem, HealthFinding } from '../../../shared/contract/dataset-health.ts';
import { codePointOrder } from '../code-point-order.ts';
import { alikeGroups } from './alike-groups.ts';
import type { AlikePair, ImageMeasures, Measured } from './measures.ts';

/** A finding before it is known what would mend it. */
export type PlainFinding = Omit<HealthFinding, 'mend'>;

/** An image with what was found of it. */
export interface ExaminedImage extends Omit<FoundProblem, 'detail' | 'size'> {
  readonly contentHash: string;
  readonly measured: Measured;
}

/** A network's input is this or larger; of a smaller image it sees enlarged pixels. */
const TINY = 32;
/** The usual crop of a longer image shows less than a third of it. */
const ELONGATED = 3;
/** In levels of 256: less has no more to it than a plain background. */
const UNIFORM = 2;
/** From here on accuracy alone hides the smaller class. */
const UNEVEN = 1.5;
const VERY_UNEVEN = 10;
/** A share of images that is an exception. */
const EXCEPTION = 0.1;

const shown = (
  { imageId, path, className, split, measured }: ExaminedImage,
  detail: string | null = null,
): FoundProblem => ({
  imageId,
  path,
  className,
  split,
  size: measured.kind === 'measures' ? { width: measured.measures.width, height: measured.measures.height } : null,
  detail,
});

const plural = (total: number, one: string, many: string): string =>
  total === 1 ? `1 ${one}` : `${total.toLocaleString('en')} ${many}`;

/** Images of one content, in the order of their first one's path; each by path. */
function copiesOf(images: readonly ExaminedImage[]): readonly (readonly ExaminedImage[])[] {
  const groups = [...Map.groupBy(images, ({ contentHash }) => contentHash).values()].filter(({ length }) => length > 1);
  const byPath = (left: ExaminedImage, right: ExaminedImage): number => codePointOrder(left.path, right.path);
  return groups
    .map((group) => group.toSorted(byPath))
    .sort(([left], [right]) => (left && right ? byPath(left, right) : 0));
}

const differ = (group: readonly ExaminedImage[], of: (image: ExaminedImage) => string | null): boolean =>
  new Set(group.map(of)).size > 1;

function copies(images: readonly ExaminedImage[]): PlainFinding[] {
  const groups = copiesOf(images);
  const leaks = groups.filter((group) => differ(group, ({ split }) => split));
  const conflicts = groups.filter((group) => differ(group, ({ className }) => className));
  const worse = new Set([...leaks, ...conflicts]);
  const plain = groups.filter((group) => !worse.has(group));
  const finding = (
    kind: HealthFinding['kind'],
    severity: HealthFinding['severity'],
    found: readonly (readonly ExaminedImage[])[],
    message: string,
  ): PlainFinding[] =>
    found.length === 0
      ? []
      : [{ kind, severity, message, groups: found.map((group) => group.map((image) => shown(image))) }];
  const extra = plain.reduce((sum, group) => sum + group.length - 1, 0);
  return [
    ...finding(
      'leaks',
      'problem',
      leaks,
      `${plural(leaks.length, 'image is', 'images are')} in several splits: what is trained on must not validate or test.`,
    ),
    ...finding(
      'conflicts',
      'problem',
      conflicts,
      `${plural(conflicts.length, 'image is', 'images are')} in several classes, of which one at most is right.`,
    ),
    ...finding(
      'duplicates',
      'warning',
      plain,
      `${plural(extra, 'image is', 'images are')} there once more: copies count more than others in training.`,
    ),
  ];
}

/** How a copy differs from the first of its group, in words. */
function likeness({ mirrored, upsideDown, similarity }: AlikePair): string {
  const turned =
    mirrored && upsideDown ? 'turned round, ' : mirrored ? 'mirrored, ' : upsideDown ? 'upside down, ' : '';
  return `${turned}${Math.floor(similarity * 100)} % alike`;
}

function nearCopies(images: readonly ExaminedImage[], alike: readonly AlikePair[]): PlainFinding[] {
  // Copies of one content are told as such.
  const pairs = alike.filter(({ first, second }) => images[first]?.contentHash !== images[second]?.contentHash);
  const groups = alikeGroups(pairs).map((group) =>
    group.flatMap(({ place, pair }) => {
      const image = images[place];
      return image ? [{ image, detail: pair && likeness(pair) }] : [];
    }),
  );
  const isLeak = (group: (typeof groups)[number]): boolean =>
    differ(
      group.map(({ image }) => image),
      ({ split }) => split,
    );
  const [leaks, plain] = [groups.filter(isLeak), groups.filter((group) => !isLeak(group))];
  const how = 'resized, compressed again or turned round';
  const finding = (
    kind: HealthFinding['kind'],
    severity: HealthFinding['severity'],
    found: typeof groups,
    message: string,
  ): PlainFinding[] =>
    found.length === 0
      ? []
      : [{ kind, severity, message, groups: found.map((group) => group.map((one) => shown(one.image, one.detail))) }];
  const extra = plain.reduce((sum, group) => sum + group.length - 1, 0);
  return [
    ...finding(
      'nearLeaks',
      'problem',
      leaks,
      `${plural(leaks.length, 'image is', 'images are')} in several splits, ${how}: what is trained on must not validate or test.`,
    ),
    ...finding(
      'nearDuplicates',
      'warning',
      plain,
      `${plural(extra, 'image is', 'images are')} there once more, ${how}.`,
    ),
  ];
}

/** Of images that decode, those that something holds of. */
function such(
  images: readonly ExaminedImage[],
  detail: (measures: ImageMeasures) => string | null,
): readonly FoundProblem[] {
  return images.flatMap((image) => {
    const found = image.measured.kind === 'measures' ? detail(image.measured.measures) : null;
    return found === null ? [] : [shown(image, found)];
  });
}

function looks(images: readonly ExaminedImage[]): PlainFinding[] {
  const size = ({ width, height }: ImageMeasures): string => `${width} x ${height}`;
  const finding = (
    kind: HealthFinding['kind'],
    severity: HealthFinding['severity'],
    found: readonly FoundProblem[],
    message: (total: number) => string,
  ): PlainFinding[] =>
    found.length === 0 ? [] : [{ kind, severity, message: message(found.length), groups: [[...found]] }];
  return [
    ...finding(
      'uniform',
      'warning',
      such(images, (one) => (one.contrast < UNIFORM ? `contrast ${one.contrast.toFixed(1)}` : null)),
      (total) => `${plural(total, 'image is', 'images are')} of hardly more than one colour.`,
    ),
    ...finding(
      'tiny',
      'warning',
      such(images, (one) => (Math.min(one.width, one.height) < TINY ? size(one) : null)),
      (total) => `${plural(total, 'image is', 'images are')} smaller than ${TINY} pixels on a side.`,
    ),
    ...finding(
      'elongated',
      'information',
      such(images, (one) =>
        Math.max(one.width, one.height) > ELONGATED * Math.min(one.width, one.height) ? size(one) : null,
      ),
      (total) =>
        `${plural(total, 'image is', 'images are')} more than ${ELONGATED} times as long as wide: a crop shows less than a third.`,
    ),
    ...finding(
      'transparent',
      'information',
      such(images, ({ transparent }) => (transparent ? 'transparent' : null)),
      (total) =>
        `${plural(total, 'image has', 'images have')} transparency, and ${total === 1 ? 'is' : 'are'} laid over white.`,
    ),
  ];
}

/** Grey images among coloured ones, or the other way round, where they are the exception. */
function mixedChannels(images: readonly ExaminedImage[]): PlainFinding[] {
  const grey = such(images, ({ channels }) => (channels === 'grey' ? 'grey' : null));
  const colour = such(images, ({ channels }) => (channels === 'grey' ? null : 'coloured'));
  const [few, many, words] =
    grey.length < colour.length
      ? [grey, colour, 'grey among coloured ones']
      : [colour, grey, 'coloured among grey ones'];
  if (few.length === 0 || few.length > EXCEPTION * (few.length + many.length)) return [];
  return [
    {
      kind: 'channels',
      severity: 'information',
      message: `${plural(few.length, 'image is', 'images are')} ${words}.`,
      groups: [[...few]],
    },
  ];
}

function corrupt(images: readonly ExaminedImage[]): PlainFinding[] {
  const found = images.flatMap((image) =>
    image.measured.kind === 'problem' ? [shown(image, image.measured.reason)] : [],
  );
  if (found.length === 0) return [];
  const message = `${plural(found.length, 'image does', 'images do')} not decode, and ${found.length === 1 ? 'is' : 'are'} left out of training.`;
  return [{ kind: 'corrupt', severity: 'warning', message, groups: [found] }];
}

/** The largest class and the smallest; null where there are fewer than two. */
export function extremes(
  images: readonly Pick<ExaminedImage, 'className'>[],
): { readonly largest: readonly [string, number]; readonly smallest: readonly [string, number] } | null {
  const counts = new Map<string, number>();
  for (const { className } of images) {
    if (className !== null) counts.set(className, (counts.get(className) ?? 0) + 1);
  }
  const ordered = [...counts].sort(([, left], [, right]) => right - left);
  const [largest, smallest] = [ordered[0], ordered.at(-1)];
  return ordered.length > 1 && largest && smallest ? { largest, smallest } : null;
}

function imbalance(images: readonly ExaminedImage[]): PlainFinding[] {
  const found = extremes(images);
  if (found === null) return [];
  const { largest, smallest } = found;
  const ratio = largest[1] / smallest[1];
  if (ratio < UNEVEN) return [];
  return [
    {
      kind: 'imbalance',
      severity: ratio >= VERY_UNEVEN ? 'warning' : 'information',
      message: `'${largest[0]}' has ${ratio.toFixed(1)} times as many images as '${smallest[0]}', which has ${plural(smallest[1], 'image', 'images')}.`,
      groups: [images.filter(({ className }) => className === smallest[0]).map((image) => shown(image))],
    },
  ];
}

/**
 * What may be wrong with a dataset, the worst first; what is well is not said.
 *
 * @param alike which of the images show the same
 */
export function healthFindings(images: readonly ExaminedImage[], alike: readonly AlikePair[]): readonly PlainFinding[] {
  const ranks = { problem: 0, warning: 1, information: 2 } as const;
  const found = [
    ...copies(images),
    ...nearCopies(images, alike),
    ...corrupt(images),
    ...looks(images),
    ...mixedChannels(images),
    ...imbalance(images),
  ];
  return found.sort((left, right) => ranks[left.severity] - ranks[right.severity]);
}
