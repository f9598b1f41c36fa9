import type { ImageFilter } from '../../shared/contract/dataset-edits.ts';
import { codePointOrder } from '../dataset/code-point-order.ts';
import type { ServiceContext } from './context.ts';
import type { IdentifiedImage, OpenedDataset } from './datasets.ts';

function inOrder(left: IdentifiedImage, right: IdentifiedImage): number {
  return left.image.label - right.image.label || codePointOrder(left.image.path, right.image.path);
}

type Excluded = NonNullable<ImageFilter['excluded']>;

/** Sorted once for all the pages of a list. */
const sorted = new WeakMap<OpenedDataset, Map<Excluded, readonly IdentifiedImage[]>>();

/** The images of a dataset, those among them that edits put out of use where they are asked for. */
function candidates(opened: OpenedDataset, excluded: Excluded): readonly IdentifiedImage[] {
  const { images, aside } = opened;
  if (excluded === 'only') return aside.filter(({ edit }) => edit?.excluded === true);
  const known = sorted.get(opened) ?? new Map<Excluded, readonly IdentifiedImage[]>();
  sorted.set(opened, known);
  const before = known.get(excluded);
  if (before) return before;
  const others = excluded === 'with' ? aside : aside.filter(({ edit }) => edit?.excluded !== true);
  const all = others.length === 0 ? images : [...images, ...others].sort(inOrder);
  known.set(excluded, all);
  return all;
}

/** The images of a dataset that pass a filter, by class, then by path in code-point order. */
export function filterImages(
  context: Pick<ServiceContext, 'inspected'>,
  opened: OpenedDataset,
  { classIndex, split, tag, edited, excluded = 'without', finding }: ImageFilter,
): readonly IdentifiedImage[] {
  const all = candidates(opened, excluded);
  const conditions: ((image: IdentifiedImage) => boolean)[] = [];
  if (classIndex !== undefined) conditions.push(({ image }) => image.label === classIndex);
  if (split !== undefined) conditions.push(({ image }) => image.split === split);
  if (tag !== undefined) conditions.push(({ edit }) => edit?.tags?.includes(tag) === true);
  if (edited !== undefined) conditions.push(({ edit }) => (edit !== null) === edited);
  if (finding !== undefined) {
    const findings = context.inspected.findings(opened)?.filter(({ kind }) => kind === finding) ?? [];
    const found = new Set(findings.flatMap(({ groups }) => groups.flat().map(({ imageId }) => imageId)));
    conditions.push(({ imageId }) => found.has(imageId));
  }
  return conditions.length === 0 ? all : all.filter((image) => conditions.every((holds) => holds(image)));
}
