import path from 'node:path';
import { createService } from '../../src/engine/service/create-service.ts';
import type { DatasetChange } from '../../src/shared/contract/dataset-edits.ts';

/** Decides something of images of a folder, as a window does. */
export async function decideImages(
  { home, folder }: { readonly home: string; readonly folder: string },
  change: DatasetChange,
  ...paths: readonly string[]
): Promise<void> {
  const service = createService({ home, cache: path.join(home, '../cache') });
  try {
    const { transport } = service;
    const { datasetId } = await transport.invoke('dataset.open', { dataset: { kind: 'folder', path: folder } });
    const { images } = await transport.invoke('dataset.images', { datasetId, offset: 0, limit: 1000 });
    const imageIds = images.flatMap((image) => (paths.includes(image.path) ? [image.imageId] : []));
    await transport.invoke('dataset.edit', { datasetId, images: { imageIds }, change });
  } finally {
    await service.close();
  }
}
