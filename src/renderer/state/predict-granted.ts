import type { Transport } from '../../shared/contract/endpoint.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import { strings } from '../strings/index.ts';
import type { GivenImage } from './predictions.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';

/** More are predicted by the command line: a window is for looking at them. */
export const MOST_IMAGES = 5000;

/**
 * The files among what was granted, folders walked: images alone from a folder, but every file that was named by itself,
 * so that one that cannot be read is told as such.
 */
export async function imagesIn(
  transport: Pick<Transport, 'invoke'>,
  entries: readonly FileEntry[],
): Promise<readonly FileEntry[]> {
  const images: FileEntry[] = entries.filter(({ kind }) => kind !== 'folder');
  const folders = entries.filter(({ kind }) => kind === 'folder');
  for (let folder = folders.shift(); folder !== undefined && images.length <= MOST_IMAGES; folder = folders.shift()) {
    const listing = await transport.invoke('files.browse', { grantId: folder.grantId });
    folders.push(...listing.entries.filter(({ kind }) => kind === 'folder'));
    images.push(...listing.entries.filter(({ kind }) => kind === 'image'));
  }
  return images;
}

/** Predicts what was granted; tells where it holds no image, or more than the window takes. */
export async function addGranted(workbench: Workbench, entries: readonly FileEntry[]): Promise<void> {
  const [first] = entries;
  if (first === undefined) return;
  const words = strings.predict;
  const images = await imagesIn(workbench.host.transport, entries);
  if (images.length === 0) {
    workbench.notices.tell({ severity: 'warning', title: words.noImages(first.name), hint: words.noImagesHint });
    return;
  }
  if (images.length > MOST_IMAGES) workbench.notices.tell({ title: words.tooMany(MOST_IMAGES) });
  workbench.predictions.add(
    images
      .slice(0, MOST_IMAGES)
      .map(({ grantId, name }): GivenImage => ({ name, reference: { grantId }, imageId: grantId })),
  );
}
