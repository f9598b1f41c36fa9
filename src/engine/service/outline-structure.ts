import type { Request } from '../../shared/contract/endpoint.ts';
import type { GroupOutline, StructureOutline } from '../../shared/contract/structure-outline.ts';
import { codePointOrder } from '../dataset/code-point-order.ts';
import { SPLITS } from '../dataset/dataset.ts';
import { isImageName } from '../dataset/image-name.ts';
import { readStructure } from '../dataset/read-content.ts';
import { searchGroups } from '../dataset/split/group-search.ts';
import { checkClasses } from '../dataset/usable-classes.ts';
import { datasetRoot, structureOf } from '../training/dataset-root.ts';
import type { ServiceContext } from './context.ts';
import { noteRecent } from './recent-datasets.ts';
import { resolveDataset } from './resolve-references.ts';

/** As many as tell a person whether this is what was meant. */
const EXAMPLES = 6;
const CLASSES = 6;
const PATHS = 3;

/** Examples from different folders or classes say more than the first of one. */
function spread<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)]).flatMap(
    (item) => item ?? [],
  );
}

/**
 * What a folder would be as a dataset, by names and tables alone: no image is read.
 *
 * @throws ThawError `file.notGranted`, `run.unknown`, `task.cancelled`, `usage.invalid` for a pattern that is none, or what the
 *   structure asked for lacks
 */
export async function outlineStructure(
  context: ServiceContext,
  { dataset, taskId }: Request<'dataset.structure'>,
): Promise<StructureOutline> {
  const source = resolveDataset(context, dataset);
  return context.tasks.run(taskId, 'image', async ({ signal }) => {
    const { root, structure, listing } = await readStructure(datasetRoot(source), {
      structure: structureOf(source),
      signal,
    });
    const unlabelled = structure.kind === 'unlabelled';
    if (!unlabelled) checkClasses({ root, structure, listing });
    const outside = listing.outside.filter(({ entry }) => isImageName(entry.path));
    const labelled = [...listing.files, ...listing.contained];
    const counts = new Map<string, number>();
    for (const { className } of labelled) counts.set(className, (counts.get(className) ?? 0) + 1);
    const images: StructureOutline['examples'] = unlabelled
      ? outside.map(({ entry }) => ({ path: entry.path, className: null }))
      : labelled.map(({ path, className }) => ({ path, className }));
    const left: StructureOutline['examples'] = unlabelled
      ? []
      : outside.map(({ entry }) => ({ path: entry.path, className: null }));
    return {
      structure,
      words: listing.words,
      notes: [...listing.notes],
      images: images.length,
      classes: counts.size,
      largest: [...counts]
        .map(([name, own]) => ({ name, images: own }))
        .sort((one, other) => other.images - one.images || codePointOrder(one.name, other.name))
        .slice(0, CLASSES),
      splits: SPLITS.filter((split) => listing.splits.has(split)),
      left: left.length,
      examples: [...spread(images, left.length > 0 ? EXAMPLES - 1 : EXAMPLES), ...left.slice(0, 1)],
    };
  });
}

/** Remembers how a dataset is laid out, so that it is opened so again. @throws ThawError `file.notGranted` */
export async function acceptStructure(
  context: ServiceContext,
  { datasetId }: Request<'dataset.accept'>,
): Promise<Record<string, never>> {
  const { source, content } = await context.datasets.byId(datasetId);
  if (source.kind === 'folder') noteRecent(context, content.root, { ...content.structure, recognised: false });
  return {};
}

/** What a pattern would keep together. @throws ThawError `file.notGranted`; as `searchGroups` */
export async function outlineGroups(
  context: ServiceContext,
  { datasetId, pattern }: Request<'dataset.groups'>,
): Promise<GroupOutline> {
  const { images } = await context.datasets.byId(datasetId);
  const paths = images.map(({ image }) => image.path).sort(codePointOrder);
  const found = await searchGroups(paths, pattern);
  const groups = new Map<string, { images: number; readonly paths: string[] }>();
  let alone = 0;
  paths.forEach((path, index) => {
    const name = found[index] ?? null;
    if (name === null) {
      alone += 1;
      return;
    }
    const group = groups.get(name) ?? { images: 0, paths: [] };
    groups.set(name, group);
    group.images += 1;
    if (group.paths.length < PATHS) group.paths.push(path);
  });
  const examples = [...groups].slice(0, EXAMPLES).map(([name, group]) => ({ name, ...group }));
  return { groups: groups.size, alone, examples };
}
