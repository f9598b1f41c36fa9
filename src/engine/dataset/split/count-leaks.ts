import type { DatasetImage } from '../dataset.ts';

/** How many training images are copies, byte for byte, of images that validate or test. */
export function countLeaks(images: readonly Pick<DatasetImage, 'split' | 'contentHash'>[]): number {
  const held = new Set(images.flatMap(({ split, contentHash }) => (split === 'train' ? [] : [contentHash])));
  return images.filter(({ split, contentHash }) => split === 'train' && held.has(contentHash)).length;
}
