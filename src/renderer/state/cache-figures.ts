import type { DatasetView } from '../../shared/contract/dataset-view.ts';
import type { CacheBoundary } from '../../shared/contract/preview.ts';
import { train } from '../strings/train.ts';
import { imagesOf } from './images-of.ts';

/** `397 × 14×14×128 · 40 MB`: what is cached at the boundary, for all images of the dataset. */
export function cacheFigures(boundary: CacheBoundary, dataset: DatasetView | null): string {
  const images = dataset === null ? null : imagesOf(dataset.counts);
  return train.tree.boundaryFigures(
    images,
    boundary.layers.map((layer) => layer.shape),
    boundary.bytes,
  );
}
