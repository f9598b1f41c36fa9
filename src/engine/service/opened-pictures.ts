import type { DatasetSource } from '../../shared/contract/plan.ts';
import type { ServiceContext } from './context.ts';
import type { OpenedDataset } from './datasets.ts';

/** The ids of a dataset's pictures. */
export interface OpenedPictures {
  readonly datasetId: string;
  /** By SHA-256 in hex. */
  readonly byContent: ReadonlyMap<string, string>;
  /** Relative to the dataset's root, with `/`. */
  readonly byPath: ReadonlyMap<string, { readonly contentHash: string; readonly imageId: string }>;
}

const known = new WeakMap<OpenedDataset, OpenedPictures>();

function picturesIn(opened: OpenedDataset): OpenedPictures {
  const before = known.get(opened);
  if (before) return before;
  const all = [...opened.aside, ...opened.images];
  const pictures = {
    datasetId: opened.datasetId,
    byContent: new Map(all.map(({ image, imageId }) => [image.contentHash, imageId])),
    byPath: new Map(all.map(({ image, imageId }) => [image.path, { contentHash: image.contentHash, imageId }])),
  };
  known.set(opened, pictures);
  return pictures;
}

/** The pictures of a dataset, which is opened where it is not. @throws ThawError as `Datasets.open` */
export async function openedPictures(context: ServiceContext, source: DatasetSource): Promise<OpenedPictures> {
  const held = context.datasets.idOf(source);
  const opened = await (held === null
    ? context.datasets.open(source, { signal: new AbortController().signal, report: () => undefined })
    : context.datasets.byId(held));
  return picturesIn(opened);
}
