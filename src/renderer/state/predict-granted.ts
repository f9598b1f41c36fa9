import type { Transport } from '../../shared/contract/endpoint.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import { strings } from '../strings/index.ts';
import type { GivenImage } from './predictions.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';

/** More are written to a file: a window is for looking at them. */
export const MOST_IMAGES = 5000;

/**
 * The files among what was granted, folders walked: images alone from a folder, but every file that was named by itself,
 * so that one that cannot be read is told as such. `leftOut` is how many more there are at least.
 */
export async function imagesIn(
  transport: Pick<Transport, 'invoke'>,
  entries: readonly FileEntry[],
): Promise<{ readonly images: readonly FileEntry[]; readonly leftOut: number }> {
  const images: FileEntry[] = entries.filter(({ kind }) => kind !== 'folder');
  let leftOut = 0;
  const folders = entries.filter(({ kind }) => kind === 'folder');
  for (let folder = folders.shift(); folder !== undefined && images.length <= MOST_IMAGES; folder = folders.shift()) {
    const listing = await transport.invoke('files.browse', { grantId: folder.grantId });
    folders.push(...listing.entries.filter(({ kind }) => kind === 'folder'));
    leftOut += listing.leftOut;
    images.push(...listing.entries.filter(({ kind }) => kind === 'image'));
  }
  const beyond = Math.max(0, images.length - MOST_IMAGES);
  return { images: images.slice(0, MOST_IMAGES), leftOut: leftOut + beyond };
}

/** Predicts what was granted; tells where it holds no image, or more than the window takes. */
export async function addGranted(workbench: Workbench, entries: readonly FileEntry[]): Promise<void> {
  const [first] = entries;
  if (first === undefined) return;
  const words = strings.predict;
  const { images, leftOut } = await imagesIn(workbench.host.transport, entries);
  if (images.length === 0) {
    workbench.notices.tell({ severity: 'warning', title: words.noImages(first.name), hint: words.noImagesHint });
    return;
  }
  if (leftOut > 0) workbench.notices.tell({ title: words.tooMany(images.length, leftOut) });
  workbench.predictions.add(
    images.map(({ grantId, name }): GivenImage => ({ name, reference: { grantId }, imageId: grantId })),
    entries.map(({ grantId }) => ({ grantId })),
  );
}
